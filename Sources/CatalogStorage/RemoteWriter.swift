import CatalogCore
import Synchronization

/// A connection that writes files of a storage on another machine, too. Its calls belong to the thread that has its lane.
package protocol WritingConnection: FileConnection {
    /// Opens a file to write behind its first `offset` bytes, which must be all that it has; at 0 it is made, or emptied.
    func create(_ path: Path, at offset: Int64) throws -> File
    /// Writes all of `bytes`, at most `Limits.storageReadBytes`.
    func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int64) throws
    /// Waits until the server has everything, and closes the file.
    func finish(_ file: File) throws
}

/// A file of a storage on another machine that is being written, on one connection: when that breaks, nobody knows how much has
/// arrived, so whoever writes looks and opens it again.
package final class RemoteWriter<Connection: WritingConnection>: StorageWriter {
    private struct State {
        var offset: Int64
        var isFinished = false
    }

    private let file: Connection.File
    private let lane: ConnectionPool<Connection>.Lane
    private let explain: @Sendable (any Error) -> any Error
    private let state: Mutex<State>

    /// Opens a file, on the thread that has `connection`.
    ///
    /// - Parameter explain: what callers throw for an error of the connection.
    /// - Throws: what the connection throws.
    package init(
        _ path: Connection.Path, at offset: Int64, _ connection: Connection, _ lane: ConnectionPool<Connection>.Lane,
        explain: @escaping @Sendable (any Error) -> any Error
    ) throws {
        file = try connection.create(path, at: offset)
        self.lane = lane
        self.explain = explain
        state = Mutex(State(offset: offset))
    }

    deinit {
        guard !state.withLock({ $0.isFinished }) else { return }
        let file = file
        lane.later { if !$0.isGone { $0.close(file) } }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Limits.storageReadBytes))
            let offset = state.withLock { $0.offset }
            do {
                try lane.use { try $0.write(piece, to: file, at: offset) }
            } catch {
                throw explain(error)
            }
            state.withLock { $0.offset += Int64(piece.count) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    package func finish() throws {
        state.withLock { $0.isFinished = true }
        do {
            try lane.use { try $0.finish(file) }
        } catch {
            throw explain(error)
        }
    }
}
