package import CatalogCore
package import CatalogStorage
import CurlClient

/// A collection of a WebDAV server.
package struct WebDAVBackend: StorageBackend, Sendable {
    static let usualConnections = ConnectionLimit(16)

    let target: WebDAVTarget
    private let pool: ConnectionPool<WebDAVConnection>
    private let streams: CurlStreams

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    package init(_ location: StorageLocation) throws {
        let target = try WebDAVTarget(location)
        self.target = target
        streams = CurlStreams(limit: target.connections.near, WebDAVParts.dialect(target))
        pool = ConnectionPool(
            limit: target.connections, breaksConnection: { ($0 as? CurlFailure)?.isConnectionBroken ?? false }
        ) {
            do {
                return try WebDAVConnection(target)
            } catch let failure as CurlFailure {
                throw failure.serverError(target.server, service: "WebDAV")
            } catch let failure as WebDAVFailure {
                throw failure.rootError(target)
            }
        }
    }

    /// The provider for `http:` and `https:` URLs.
    package static let provider = StorageBackendProvider(schemes: [.http, .https], facts) { try WebDAVBackend($0) }

    /// What WebDAV can do.
    package static let facts = ProtocolFacts(
        name: "WebDAV", urls: ["http", "https"],
        capabilities: [.rangeRead, .write, .rename, .remove, .makeDirectory, .serverSideCopy],
        names: ("UTF-8 without control characters; some servers know fewer", WebDAVNames.canExist),
        options: [.connections(usualConnections), .timeout] + ProtocolFacts.Option.tls,
        limits: [
            "Basic and digest; over http a password of the basic kind can be read on its way.",
            "Redirects are not followed: the address has to be the right one.", "Times are to the second.",
            "A file that was written in part is begun anew.",
            "A server does not tell which disk it shows: its address stands for it.",
        ])

    /// Whether the server lets us write shows when it is tried: nothing tells it before.
    package var capabilities: StorageCapabilities { Self.facts.capabilities }

    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let place = try target.place(directory.bytes)
        do {
            try call("list", place) { connection in
                listing.removeAll()
                let itself = try connection.list(place) { address, response in
                    guard case .child(let name) = address else {
                        let error = CatalogError(.dataLoss, "The server sent an address outside of the directory")
                        return try listing.noteFailure(of: Array(response.href.utf8), error, isNamed: false)
                    }
                    try name.withUnsafeBytes { try listing.append(name: $0, StorageEntry(response)) }
                }
                guard let itself else {
                    throw CatalogError(.conflict, "Path is not a directory", cause: "list \"\(directory.text)\"")
                }
                listing.describe(directory: itself)
            }
        } catch let error as CatalogError where error.code == .notFound && !directory.isRoot {
            // A file is not found by the name of a collection.
            guard try entry(place, "look at").kind == .directory else {
                throw CatalogError(.conflict, "Path is not a directory", cause: "list \"\(directory.text)\"")
            }
            throw error
        }
    }

    package func stat(_ path: StoragePath) throws -> StorageEntry { try entry(place(path), "look at").withKnownSize() }

    package func openReader(_ path: StoragePath) throws -> any StorageReader { try openReader(path, expecting: nil) }

    package func openReader(_ path: StoragePath, expecting part: Range<Int64>?) throws -> any StorageReader {
        let place = try place(path)
        let owner = streams.newOwner()
        // While the server is away nobody has to find that out once more.
        if let part, circuit == .closed { streams.prepare(part, of: place, for: owner) }
        let found = try entry(place, "open").withKnownSize()
        guard found.kind == .file else {
            throw CatalogError(.conflict, "Path is a directory", cause: "open \"\(path.text)\"")
        }
        return CurlStreamReader(place, found, owner, pool) {
            try $0.look(place)
        } explain: { error in
            (error as? WebDAVFailure)?.error("read", place)
                ?? (error as? CurlFailure)?.webDAVError("read", place) ?? error
        }
    }

    /// The protocol tells no disks apart, so the address stands for the root.
    package func probe() throws -> StorageProbe {
        let root: StorageEntry
        do { root = try entry(target.place([UInt8]()), "probe") } catch let error as CatalogError
            where error.code == .notFound
        {
            throw WebDAVFailure(status: 404).rootError(target)
        }
        guard root.kind == .directory else { throw WebDAVFailure(status: 200).rootError(target) }
        return StorageProbe(
            identity: "webdav:\(target.authority)\(NameEncoding.text(of: target.path))", device: 0, inode: 0,
            freeBytes: nil, totalBytes: nil)
    }

    package func retrySoon() { pool.retrySoon() }

    package var listingsAtOnce: Int? { target.connections.far }

    package var circuit: CircuitBreaker.State? { pool.circuit }

    package func close() {
        pool.closeAll()
        streams.letGoOfUnused()
    }

    func place(_ path: StoragePath) throws -> [UInt8] {
        try target.place(path.bytes)
    }

    func entry(_ place: [UInt8], _ action: String) throws -> StorageEntry {
        try call(action, place) { try $0.look(place) }
    }

    /// Sends what changes something, once, behind a question on the same connection.
    ///
    /// - Returns: the status of HTTP.
    func change<Answer>(
        _ action: String, _ place: [UInt8], asking question: (WebDAVConnection) throws -> Answer,
        _ body: (WebDAVConnection, Answer) throws -> Int
    ) throws -> Int {
        try explained(action, place) {
            try pool.change(asking: question) { connection, _, answer in try body(connection, answer) }
        }
    }

    func call<Value>(_ action: String, _ place: [UInt8], _ body: (WebDAVConnection) throws -> Value) throws -> Value {
        try explained(action, place) { try pool.use { connection, _ in try body(connection) } }
    }

    private func explained<Value>(_ action: String, _ place: [UInt8], _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as WebDAVFailure {
            throw failure.error(action, place)
        } catch let failure as CurlFailure {
            throw failure.webDAVError(action, place)
        }
    }
}
