package import CatalogCore
package import CatalogStorage
import CurlClient
import Glibc

/// A directory of an FTP server, with TLS or without.
package struct FTPBackend: StorageBackend, Sendable {
    static let usualConnections = ConnectionLimit(near: 8, far: 32)

    let target: FTPTarget
    private let pool: ConnectionPool<FTPConnection>
    private let streams: CurlStreams

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    package init(_ location: StorageLocation) throws {
        let target = try FTPTarget(location)
        self.target = target
        let streams = CurlStreams(
            limit: target.connections.near,
            CurlStreams.Dialect(knowsParts: false, connect: { try target.connection() }) { path, offset, _ in
                var request = CurlRequest(target.url(path))
                request.offset = offset
                return request
            } begin: { _, _, _ in
                0
            })
        self.streams = streams
        pool = ConnectionPool(
            limit: target.connections, breaksConnection: { ($0 as? CurlFailure)?.isConnectionBroken ?? false }
        ) {
            do {
                // Files may have taken all the room that the server has for us.
                for _ in 0..<3 {
                    do { return try FTPConnection(target) } catch is CurlFailure where streams.makeRoom() {
                        // It takes the server a moment to notice.
                        poll(nil, 0, 50)
                    }
                }
                return try FTPConnection(target)
            } catch let failure as CurlFailure {
                throw failure.serverError(target.server, service: "FTP")
            }
        }
    }

    /// The provider for `ftp:` and `ftps:` URLs.
    package static let provider = StorageBackendProvider(schemes: [.ftp, .ftps], facts) { try FTPBackend($0) }

    /// What FTP can do.
    package static let facts = ProtocolFacts(
        name: "FTP, FTPS", urls: ["ftp", "ftps"],
        capabilities: [.rangeRead, .write, .rename, .remove, .makeDirectory, .resumableWrite],
        names: ("every name without control characters; bytes as the server has them", FTPNames.canExist),
        options: [
            .init("tls", "none, explicit or implicit (none; with ftps:// implicit)"), .connections(usualConnections),
            .timeout,
        ] + ProtocolFacts.Option.tls,
        limits: [
            "TLS 1.2: uploads over 1.3 end early with some servers.",
            "A server has to let in two connections: one for listings, one for the bytes of files.",
            "Times are to the second; where the server has no MLSD, to the minute or the day, and taken as UTC.",
            "Directories have no time of their own, so a quick scan lists all of them.",
            "A server does not tell which disk it shows: its address stands for it.",
        ])

    /// Whether the server lets us write shows when it is tried: nothing tells it before.
    package var capabilities: StorageCapabilities { Self.facts.capabilities }

    /// Of the directory itself nothing is said: it would be a question of its own for each.
    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let path = try target.path(directory.bytes)
        do {
            try pool.use { connection, _ in
                listing.removeAll()
                listing.describe(directory: StorageEntry(kind: .directory))
                let unreadable = try connection.list(path) { line in
                    guard let entry = line.entry else { return }
                    guard StoragePath.isName(Array(line.name)) else {
                        let error = CatalogError(.dataLoss, "The server sent a name that is none")
                        return try listing.noteFailure(of: Array(line.name), error)
                    }
                    try line.name.withUnsafeBytes { try listing.append(name: $0, entry) }
                }
                for line in unreadable {
                    try listing.noteFailure(of: line, FTPListing.unreadable(line), isNamed: false)
                }
            }
        } catch let failure as CurlFailure where failure.kind == .refused {
            if directory.isRoot { throw Self.missingRoot(target, failure) }
            let isDirectory = try entry(path, "list").kind == .directory
            throw isDirectory
                ? failure.ftpError("list", path)
                : CatalogError(.conflict, "Path is not a directory", cause: failure.text)
        } catch let failure as CurlFailure {
            throw failure.ftpError("list", path)
        }
    }

    package func stat(_ path: StoragePath) throws -> StorageEntry {
        try entry(target.path(path.bytes), "look at").withKnownSize()
    }

    /// Nothing that a listing would not say either, and without a question.
    package func statDirectory(_ directory: NativePath) throws -> StorageEntry { StorageEntry(kind: .directory) }

    package func openReader(_ path: StoragePath) throws -> any StorageReader {
        let place = try target.path(path.bytes)
        let found = try entry(place, "open").withKnownSize()
        switch found.kind {
        case .file:
            return CurlStreamReader(place, found, streams.newOwner(), pool) {
                try $0.look(place)
            } explain: {
                ($0 as? CurlFailure)?.ftpError("read", place) ?? $0
            }
        case .directory: throw CatalogError(.conflict, "Path is a directory", cause: "open \"\(path.text)\"")
        case .link: throw CatalogError(.notFound, "Path not found", cause: "\"\(path.text)\" is a link")
        }
    }

    /// The protocol tells neither disks apart nor how full they are, so the address stands for the root.
    package func probe() throws -> StorageProbe {
        let path = try target.path([UInt8]())
        let root: StorageEntry
        do {
            root = try entry(path, "probe")
        } catch let error as CatalogError where error.code == .notFound {
            throw Self.missingRoot(target, error)
        }
        guard root.kind == .directory else { throw Self.missingRoot(target, CatalogError(.conflict, "it is a file")) }
        let place = "\(target.server.host):\(target.server.port)/\(NameEncoding.text(of: target.directory))"
        return StorageProbe(identity: "ftp:\(place)", device: 0, inode: 0, freeBytes: nil, totalBytes: nil)
    }

    package var listingsAtOnce: Int? { target.connections.far }

    package var circuit: CircuitBreaker.State? { pool.circuit }

    package func retrySoon() { pool.retrySoon() }

    package func close() {
        pool.closeAll()
        streams.letGoOfUnused()
    }

    /// Changes something, once, on a connection that has answered a question.
    ///
    /// - Throws: `CurlFailure`; what `question` and `body` throw.
    func change<Answer>(
        asking question: (FTPConnection) throws -> Answer, _ body: (FTPConnection, Answer) throws -> Void
    ) throws {
        try pool.change(asking: question) { connection, _, answer in try body(connection, answer) }
    }

    func call<Value>(_ action: String, _ path: [UInt8], _ body: (FTPConnection) throws -> Value) throws -> Value {
        do {
            return try pool.use { connection, _ in try body(connection) }
        } catch let failure as CurlFailure {
            throw failure.ftpError(action, path)
        }
    }

    /// Opens a connection for a file that is written, beside those that list and read.
    func makingRoom(_ open: () throws -> FTPWriter) throws -> FTPWriter {
        try streams.makingRoom(leaveRoom: pool.leaveRoom, open)
    }

    func entry(_ path: [UInt8], _ action: String) throws -> StorageEntry {
        guard let entry = try call(action, path, { try $0.look(path) }) else {
            throw CatalogError(.notFound, "Path not found", cause: "\"\(NameEncoding.text(of: path))\" is no file")
        }
        return entry
    }

    private static func missingRoot(_ target: FTPTarget, _ error: any Error) -> CatalogError {
        CatalogError(
            .storageUnavailable,
            "\(target.server.host) has no directory \(NameEncoding.text(of: target.directory)) where this login leads to",
            cause: "\(error)")
    }
}
