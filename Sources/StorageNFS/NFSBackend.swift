package import CatalogCore
package import CatalogStorage
import Glibc

/// An export of an NFS server, versions 3 and 4, read in user space: nothing is mounted and no privilege is needed.
package struct NFSBackend: StorageBackend, Sendable {
    let pool: ConnectionPool<NFSConnection>
    private let connections: ConnectionLimit
    private let target: NFSTarget
    static let usualConnections = ConnectionLimit(16)

    /// Of the longest listing that a catalog takes, about.
    package static let answerBytes = Int64(Limits.directoryEntries) * 400

    /// - Parameter mostBytes: of one answer of the server; one that is longer fails.
    /// - Throws: `CatalogError.invalidArgument` naming the option that makes no sense.
    package init(_ location: StorageLocation, mostBytes: Int64 = answerBytes) throws {
        let target = try NFSTarget(location, mostBytes: mostBytes)
        self.target = target
        connections = target.connections
        pool = ConnectionPool(
            limit: target.connections, breaksConnection: { ($0 as? NFSFailure)?.isConnectionBroken ?? false }
        ) {
            do {
                return try NFSConnection(target)
            } catch let failure as NFSFailure {
                throw failure.mountError(target)
            }
        }
    }

    /// The provider for `nfs:` URLs.
    package static let provider = StorageBackendProvider(schemes: [.nfs], facts) { try NFSBackend($0) }

    /// What NFS can do.
    package static let facts = ProtocolFacts(
        name: "NFS", urls: ["nfs"],
        capabilities: [
            .rangeRead, .freeSpace, .symlinks, .write, .rename, .atomicRename, .remove, .makeDirectory, .resumableWrite,
        ], names: ("every name", { _ in true }),
        options: [
            .init("version", "3 or 4 (4)"),
            .init("mount_port", "version 3: where mounts are asked for (what the server says)"),
            .init("uid", "as which user the server sees us (the one of this program)"),
            .init("gid", "the same for the group"),
            .connections(usualConnections), .timeout,
        ],
        limits: [
            "The server lets machines in, not people: there is no password, no Kerberos.",
            "Links are shown, never followed.",
            "With version 4 files have no numbers, so a renamed file is known again by its content only.",
            "Writing with version 4 is slow: the library takes four kilobytes at a time.",
        ])

    /// Whether the export lets us write shows when it is tried: nothing tells it before.
    package var capabilities: StorageCapabilities { Self.facts.capabilities }

    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let path = NFSPath(directory)
        try call("list", path, isDirectory: true) { connection, _ in
            listing.removeAll()
            guard let own = try connection.look(path), own.kind == .directory else {
                throw CatalogError(.conflict, "Path is not a directory", cause: "list \"\(path.text)\"")
            }
            listing.describe(directory: own)
            try connection.list(path) { name, found in
                guard StoragePath.isName(Array(name)) else {
                    let error = CatalogError(.dataLoss, "The server sent a name that is none")
                    return try listing.noteFailure(of: Array(name), error)
                }
                switch found {
                case .entry(let entry): try listing.append(name: name, entry)
                case .other: break
                case .undescribed: try listing.noteFailure(of: Array(name), Self.undescribed)
                }
            }
        }
    }

    private static let undescribed = CatalogError(
        .permissionDenied, "The server does not say what it is; it may be removed just now, or not ours to look at")

    package func stat(_ path: StoragePath) throws -> StorageEntry {
        let path = NFSPath(path)
        let entry = try call("look at", path) { connection, _ in try connection.look(path) }
        guard let entry else { throw CatalogError(.notFound, "Path not found", cause: "\"\(path.text)\" is no file") }
        return try entry.withKnownSize()
    }

    package func openReader(_ path: StoragePath) throws -> any StorageReader { try openReader(path, expecting: nil) }

    package func openReader(_ path: StoragePath, expecting part: Range<Int64>?) throws -> any StorageReader {
        try call("open", NFSPath(path), isMeasured: part == nil) {
            try RemoteReader(NFSPath(path), $0, $1, pool, expecting: part) { error in
                (error as? NFSFailure)?.error("read", path.text) ?? error
            }
        }
    }

    package func probe() throws -> StorageProbe {
        let root: (device: UInt64, inode: UInt64, free: Int64?, total: Int64?)
        do {
            root = try call("probe", NFSPath(StoragePath.root)) { connection, _ in try connection.describeRoot() }
        } catch let error as CatalogError where error.code == .notFound {
            throw NFSFailure(number: ENOENT, text: error.cause ?? error.message).mountError(target)
        }
        return StorageProbe(
            identity: "nfs:\(String(root.device, radix: 16)):\(root.inode)", device: 0,
            // As its listing says.
            inode: try stat(.root).inode, freeBytes: root.free, totalBytes: root.total)
    }

    package var listingsAtOnce: Int? { connections.far }

    package var circuit: CircuitBreaker.State? { pool.circuit }

    package func retrySoon() { pool.retrySoon() }

    package func close() { pool.closeAll() }

    package var hasUnreadFiles: Bool { pool.hasChores }

    package func closeUnreadFiles() { pool.doChores() }

    func call<Value>(
        _ action: String, _ path: NFSPath, isDirectory: Bool = false, isMeasured: Bool = true,
        _ body: (NFSConnection, ConnectionPool<NFSConnection>.Lane) throws -> Value
    ) throws -> Value {
        do {
            return try pool.use(isMeasured: isMeasured, body)
        } catch let failure as NFSFailure {
            if isDirectory, failure.number == ENOTDIR {
                throw CatalogError(.conflict, "Path is not a directory", cause: failure.text)
            }
            throw failure.error(action, path.text)
        }
    }
}
