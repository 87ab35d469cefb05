import CatalogCore
import Synchronization

/// A connection that opens files of a storage on another machine. Its calls belong to the thread that has its lane.
package protocol FileConnection: Sendable {
    /// A path below the root, in the form of the protocol.
    associatedtype Path: Sendable
    /// An open file of this connection.
    associatedtype File: OpenRemoteFile

    /// Whether it is of no use any more: then nothing is open on it either.
    var isGone: Bool { get }
    /// Opens a file to read.
    func open(_ path: Path) throws -> File
    /// Opens a file, and reads what is wanted of it first.
    ///
    /// - Returns: the file with those bytes; with fewer, or none, where they could not be read.
    func open(_ path: Path, reading part: Range<Int64>) throws -> (file: File, bytes: [UInt8])
    /// Reads some bytes at an offset: perhaps fewer than there is room for, none at the end of the file.
    func read(_ file: File, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
    /// Closes a file.
    func close(_ file: File)
}

extension FileConnection {
    /// One after the other; a connection that has a shorter way takes that.
    package func open(_ path: Path, reading part: Range<Int64>) throws -> (file: File, bytes: [UInt8]) {
        let file = try open(path)
        let bytes = [UInt8](unsafeUninitializedCapacity: part.count) { buffer, filled in
            // Whoever reads these bytes again is told why they cannot be read.
            filled = (try? read(file, into: UnsafeMutableRawBufferPointer(buffer), at: part.lowerBound)) ?? 0
        }
        return (file, bytes)
    }
}

/// An open file of a connection.
package protocol OpenRemoteFile: Sendable {
    /// The file as it was when it was opened.
    var entry: StorageEntry { get }
}

/// An open file of a storage on another machine. It belongs to one connection; when that breaks, it is opened again on another
/// one, if it is still the same file.
package final class RemoteReader<Connection: FileConnection>: StorageReader {
    /// One of its open files, which is closed when nobody reads from it any more: a thread may wait for its connection while another one
    /// opens the file anew.
    private final class Opened: Sendable {
        private let lane: ConnectionPool<Connection>.Lane
        let file: Connection.File

        init(lane: ConnectionPool<Connection>.Lane, file: Connection.File) {
            (self.lane, self.file) = (lane, file)
        }

        // Whoever lets go of it last may be on a thread that must not wait for a server.
        deinit { lane.later { [file] in if !$0.isGone { $0.close(file) } } }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
            try lane.use { try $0.read(file, into: buffer, at: offset) }
        }

        /// Nil when another thread has the connection.
        func readIfIdle(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int? {
            try lane.useIfIdle { try $0.read(file, into: buffer, at: offset) }
        }
    }

    /// The file, once for each connection that reads it: a second one is taken when somebody asks for the next piece while the first
    /// is under way.
    private struct Handles {
        var opened: [Opened]
        var isOpening = false
    }

    private static var handlesMax: Int { 2 }
    /// Bytes that are read while a file is opened, at most: who jumps to a place waits for no more than the first piece.
    private static var firstBytesMax: Int64 { 64 << 10 }

    package let entry: StorageEntry
    /// The answer would have to come from the server: whoever keeps readers keeps them for a moment only.
    package let isUnchanged = true
    /// Each read is a question to the server.
    package let isRemote = true
    private let path: Connection.Path
    private let pool: ConnectionPool<Connection>
    private let explain: @Sendable (any Error) -> any Error
    private let handles: Mutex<Handles>
    /// What was read when it was opened, until somebody asks for it.
    private let first: Mutex<(offset: Int64, bytes: [UInt8])?>

    /// Opens a file, on the thread that has `connection`.
    ///
    /// - Parameters:
    ///   - part: what will most likely be read first; nil when nothing may be.
    ///   - explain: what callers throw for an error of the connection.
    /// - Throws: what the connection throws; `CatalogError.conflict` for what is no file.
    package init(
        _ path: Connection.Path, _ connection: Connection, _ lane: ConnectionPool<Connection>.Lane,
        _ pool: ConnectionPool<Connection>, expecting part: Range<Int64>?,
        explain: @escaping @Sendable (any Error) -> any Error
    ) throws {
        let wanted = part.map { $0.lowerBound..<min($0.upperBound, $0.lowerBound + Self.firstBytesMax) }
        let (file, bytes) =
            if let wanted, !wanted.isEmpty { try connection.open(path, reading: wanted) } else {
                (try connection.open(path), [])
            }
        guard file.entry.kind == .file else {
            connection.close(file)
            throw CatalogError(.conflict, "Path is no file")
        }
        do { try file.entry.requireSize() } catch {
            connection.close(file)
            throw error
        }
        self.path = path
        self.pool = pool
        self.explain = explain
        entry = file.entry
        handles = Mutex(Handles(opened: [Opened(lane: lane, file: file)]))
        first = Mutex(wanted.flatMap { bytes.isEmpty ? nil : ($0.lowerBound, bytes) })
    }

    /// What was read when it was opened, once.
    package func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? {
        first.withLock { first in
            guard let held = first, held.offset == offset else { return nil }
            first = nil
            let count = min(held.bytes.count, buffer.count)
            buffer.copyBytes(from: held.bytes[..<count])
            return count
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        do {
            return try pool.retrying { isFirst in
                if !isFirst { try openAgain() }
                return try fill(buffer, at: offset)
            }
        } catch {
            throw explain(error)
        }
    }

    /// A server may answer with less than it was asked for, also before the end.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(
                rebasing: buffer[filled..<min(buffer.count, filled + Limits.storageReadBytes)])
            let count = try readOnce(rest, at: offset + Int64(filled))
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }

    private func readOnce(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let known = handles.withLock { $0.opened }
        for handle in known {
            if let count = try handle.readIfIdle(into: buffer, at: offset) { return count }
        }
        guard let handle = openOneMore() ?? known.first else { return 0 }
        return try handle.read(into: buffer, at: offset)
    }

    /// Nil when there are as many as there may be, or one more cannot be had: then whoever asks waits.
    private func openOneMore() -> Opened? {
        let mayOpen = handles.withLock { handles in
            guard handles.opened.count < Self.handlesMax, !handles.isOpening else { return false }
            handles.isOpening = true
            return true
        }
        guard mayOpen else { return nil }
        let more = try? openSame()
        handles.withLock { handles in
            handles.isOpening = false
            if let more { handles.opened.append(more) }
        }
        return more
    }

    private func openAgain() throws {
        let again = try openSame()
        handles.withLock { $0.opened = [again] }
    }

    private func openSame() throws -> Opened {
        let again = try pool.once { Opened(lane: $1, file: try $0.open(path)) }
        guard again.file.entry == entry else {
            throw CatalogError(.notFound, "Path not found", cause: "another file has the name now")
        }
        return again
    }
}
