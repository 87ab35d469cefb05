import CatalogCore
package import CatalogStorage
import Synchronization

/// An open file of a server whose protocol opens nothing: its name, and how it was. Bytes come as a stream, so one that is read from
/// its beginning to its end is asked for once.
package final class CurlStreamReader<Connection: Sendable>: StorageReader {
    /// The file as it was.
    package let entry: StorageEntry
    /// The answer would have to come from the server: whoever keeps readers keeps them for a moment only.
    package let isUnchanged = true
    /// Each read may be a question to the server.
    package let isRemote = true
    /// One stream at a time.
    package let isStream = true
    private let file: CurlStreams.File
    private let owner: CurlStreams.Owner
    private var streams: CurlStreams { owner.streams }
    /// Where the last reads ended: several clients may read on from different places.
    private let ends = Mutex<[Int64]>([])
    private static var endsMax: Int { 16 }
    /// Where parts end that were announced and nobody has begun to read, by where they begin.
    private let announced = Mutex<[Int64: Int64]>([:])
    private let pool: ConnectionPool<Connection>
    private let look: @Sendable (Connection) throws -> StorageEntry?
    private let explain: @Sendable (any Error) -> any Error

    /// - Parameters:
    ///   - path: as the dialect of the owner's streams takes it.
    ///   - entry: what is there.
    ///   - owner: who reads.
    ///   - pool: connections that can be asked what is there now.
    ///   - look: asks one.
    ///   - explain: what callers throw for an error of a stream.
    package init(
        _ path: [UInt8], _ entry: StorageEntry, _ owner: CurlStreams.Owner, _ pool: ConnectionPool<Connection>,
        look: @escaping @Sendable (Connection) throws -> StorageEntry?,
        explain: @escaping @Sendable (any Error) -> any Error
    ) {
        self.entry = entry
        file = CurlStreams.File(path: path, sizeBytes: entry.sizeBytes)
        (self.pool, self.look, self.explain) = (pool, look, explain)
        self.owner = owner
    }

    package func announce(_ part: Range<Int64>) {
        announced.withLock { parts in
            if parts.count >= Self.endsMax { parts = [:] }
            parts[part.lowerBound] = part.upperBound
        }
    }

    /// Nothing: memory holds no part of the file.
    package func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let rest = max(0, entry.sizeBytes - offset)
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(clamping: rest)))
        guard !wanted.isEmpty else { return 0 }
        do {
            do {
                return try pool.retrying { isFirst in
                    // The stream broke, or the server had closed an idle connection. The same bytes are on another one.
                    if !isFirst { try requireSame() }
                    return try read(into: wanted, from: offset)
                }
            } catch let failure as CurlFailure where failure.kind == .refused {
                // Perhaps it is gone.
                try requireSame()
                throw failure
            }
        } catch {
            throw explain(error)
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, from offset: Int64) throws -> Int {
        let end = announced.withLock { $0.removeValue(forKey: offset) }
        var count = 0
        while true {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let part = try read(into: rest, at: CurlStreams.Place(offset: offset + Int64(count), end: end))
            count += part.bytes
            guard part.isCut else { return count }
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at place: CurlStreams.Place) throws
        -> CurlStreams.Part
    {
        // Somebody else got the connection meanwhile, and the rest of another file would go on with this one.
        let readsOn = ends.withLock { ends in
            let index = ends.firstIndex(of: place.offset)
            if let index { ends.remove(at: index) }
            return index != nil
        }
        if readsOn, !streams.hasStream(of: owner, at: place.offset) { try requireSame() }
        let part = try streams.read(file, for: owner, into: buffer, at: place, onRefusal: pool.leaveRoom)
        ends.withLock { $0 = $0.suffix(Self.endsMax - 1) + [place.offset + Int64(part.bytes)] }
        return part
    }

    private func requireSame() throws {
        guard try pool.once({ connection, _ in try look(connection) }) == entry else {
            throw CatalogError(.notFound, "Path not found", cause: "another file has the name now")
        }
    }
}
