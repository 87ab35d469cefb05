import CatalogCore
import CatalogStorage
import Synchronization

/// An open file of a share. It belongs to one helper; when that breaks, it is opened again in another one, if it is still the
/// same file.
final class SMBReader: StorageReader {
    private struct Opened {
        let lane: ConnectionPool<SMBConnection>.Lane
        let file: SMBConnection.File
    }

    let entry: StorageEntry
    /// The answer would have to come from the server: whoever keeps readers keeps them for a moment only.
    let isUnchanged = true
    let isRemote = true
    private let path: [UInt8]
    private let pool: ConnectionPool<SMBConnection>
    private let opened: Mutex<Opened>

    /// On the thread that has the connection.
    init(
        _ path: [UInt8], _ connection: SMBConnection, _ lane: ConnectionPool<SMBConnection>.Lane,
        _ pool: ConnectionPool<SMBConnection>
    ) throws {
        let file = try connection.open(path)
        self.path = path
        self.pool = pool
        entry = file.entry
        opened = Mutex(Opened(lane: lane, file: file))
    }

    deinit {
        let last = opened.withLock { $0 }
        // A helper that is gone has nothing open any more.
        last.lane.use { if !$0.isGone { $0.close(last.file) } }
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        do {
            do {
                return try fill(buffer, at: offset)
            } catch let failure as SMBFailure where failure.isConnectionBroken {
                try openAgain()
                return try fill(buffer, at: offset)
            }
        } catch let failure as SMBFailure {
            throw failure.error("read", NameEncoding.text(of: path))
        }
    }

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
            throw CatalogError(
                .notFound, "Path not found", cause: "\"\(NameEncoding.text(of: path))\" is another file now")
        }
        opened.withLock { $0 = again }
    }
}
