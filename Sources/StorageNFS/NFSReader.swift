import CatalogCore
import CatalogStorage
import Synchronization

/// An open file of an export. It belongs to one connection; when that breaks, it is opened again on another one, if it is still
/// the same file.
final class NFSReader: StorageReader {
    private struct Opened {
        let lane: ConnectionPool<NFSConnection>.Lane
        let file: NFSConnection.File
    }

    let entry: StorageEntry
    /// The answer would have to come from the server: whoever keeps readers keeps them for a moment only.
    let isUnchanged = true
    let isRemote = true
    private let path: NFSPath
    private let pool: ConnectionPool<NFSConnection>
    private let opened: Mutex<Opened>

    /// On the thread that has the connection.
    init(
        _ path: NFSPath, _ connection: NFSConnection, _ lane: ConnectionPool<NFSConnection>.Lane,
        _ pool: ConnectionPool<NFSConnection>
    ) throws {
        let file = try connection.open(path)
        guard file.entry.kind == .file else {
            connection.close(file)
            throw CatalogError(.conflict, "Path is no file")
        }
        self.path = path
        self.pool = pool
        entry = file.entry
        opened = Mutex(Opened(lane: lane, file: file))
    }

    deinit {
        let last = opened.withLock { $0 }
        // The server forgets what is open on a connection that is gone.
        last.lane.use { if !$0.isGone { $0.close(last.file) } }
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        do {
            do {
                return try fill(buffer, at: offset)
            } catch let failure as NFSFailure where failure.isConnectionBroken {
                try openAgain()
                return try fill(buffer, at: offset)
            }
        } catch let failure as NFSFailure {
            throw failure.error("read", path.text)
        }
    }

    /// A server may answer with less than it was asked for, also before the end.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let last = opened.withLock { $0 }
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(
                rebasing: buffer[filled..<min(buffer.count, filled + Limits.storageReadBytes)])
            let count = try last.lane.use { try $0.read(last.file, into: rest, at: offset + Int64(filled)) }
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }

    private func openAgain() throws {
        let again = try pool.use { Opened(lane: $1, file: try $0.open(path)) }
        guard again.file.entry == entry else {
            again.lane.use { $0.close(again.file) }
            throw CatalogError(.notFound, "Path not found", cause: "\"\(path.text)\" is another file now")
        }
        opened.withLock { $0 = again }
    }
}
