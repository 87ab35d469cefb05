import CatalogCore
import CatalogStorage
import CurlClient

/// An open file of an FTP server: nothing but its name, since the protocol opens nothing. Bytes come as a stream, so one that is read
/// from its beginning to its end is asked for once.
final class FTPReader: StorageReader {
    let entry: StorageEntry
    /// The answer would have to come from the server: whoever keeps readers keeps them for a moment only.
    let isUnchanged = true
    let isRemote = true
    let isStream = true
    private let path: [UInt8]
    private let owner: Int
    private let streams: FTPStreams
    private let pool: ConnectionPool<FTPConnection>
    private let look: @Sendable (FTPConnection) throws -> StorageEntry?

    /// - Parameter look: what is at the path now.
    init(
        _ path: [UInt8], _ entry: StorageEntry, _ streams: FTPStreams, _ pool: ConnectionPool<FTPConnection>,
        look: @escaping @Sendable (FTPConnection) throws -> StorageEntry?
    ) {
        (self.path, self.entry, self.streams, self.pool, self.look) = (path, entry, streams, pool, look)
        owner = streams.newOwner()
    }

    deinit { streams.leave(owner) }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        guard offset < entry.sizeBytes, !buffer.isEmpty else { return 0 }
        do {
            do {
                return try pool.retrying { isFirst in
                    // The stream broke, or the server had closed an idle connection. The same bytes are on another one.
                    if !isFirst { try requireSame() }
                    return try streams.read(path, for: owner, into: buffer, at: offset)
                }
            } catch let failure as CurlFailure where failure.kind == .refused {
                // Perhaps it is gone.
                try requireSame()
                throw failure
            }
        } catch let failure as CurlFailure {
            throw failure.ftpError("read", path)
        }
    }

    private func requireSame() throws {
        guard try pool.once({ connection, _ in try look(connection) }) == entry else {
            throw CatalogError(.notFound, "Path not found", cause: "another file has the name now")
        }
    }
}
