package import CatalogCore
package import CatalogStorage
import Glibc

/// A share of an SMB server (versions 2 and 3), read by helper processes.
package struct SMBBackend: StorageBackend, Sendable {
    /// Each is a helper process. On a near server more than two gain nothing.
    static let usualConnections = ConnectionLimit(near: 2, far: 24)

    private let connections: ConnectionLimit
    private let target: SMBTarget

    let pool: ConnectionPool<SMBConnection>

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    package init(_ location: StorageLocation) throws {
        let target = try SMBTarget(location)
        self.target = target
        connections = try location.options.connections(usual: Self.usualConnections)
        pool = ConnectionPool(
            limit: connections, breaksConnection: { ($0 as? SMBFailure)?.isConnectionBroken ?? false }
        ) {
            do {
                return try SMBConnection(target)
            } catch let failure as SMBFailure {
                throw failure.shareError(target)
            }
        }
    }

    /// The provider for `smb:` URLs.
    package static let provider = StorageBackendProvider(schemes: [.smb], facts) { try SMBBackend($0) }

    /// What SMB can do.
    package static let facts = ProtocolFacts(
        name: "SMB", urls: ["smb"],
        capabilities: [
            .rangeRead, .freeSpace, .caseInsensitive, .write, .rename, .remove, .makeDirectory, .resumableWrite,
            .serverSideCopy,
        ],
        names: (
            #"UTF-8, without control characters and \ / : * ? " < > |, not ending with a dot or a blank"#,
            SMBNames.canExist
        ),
        options: [
            .init("encryption", "required lets no connection be in the clear (what the server asks for)"),
            .connections(usualConnections), .timeout,
        ],
        limits: [
            "Versions 2 and 3; neither version 1 nor Kerberos.",
            "Names that Windows does not know are shown under a short one of the server's making, or not at all.",
            "A directory has to be listed within the time-out: give more of it to one with tens of thousands of files on slow disks.",
            "Whether a share may be written into shows when it is tried.", "Links are what the server makes of them.",
        ])

    /// Whether the share lets us write shows when it is tried: nothing tells it before.
    package var capabilities: StorageCapabilities { Self.facts.capabilities }

    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let path = Array(directory.bytes)
        try call("list", path, isDirectory: true) { connection, _ in
            listing.removeAll()
            var isDescribed = false
            try connection.list(path) { name, entry in
                guard let entry else { return }
                if name.isEmpty {
                    listing.describe(directory: entry)
                    return isDescribed = true
                }
                // A backslash would lead elsewhere when it is asked for.
                guard StoragePath.isName(Array(name)), !name.contains(UInt8(ascii: "\\")) else {
                    let error = CatalogError(.dataLoss, "The server sent a name that is none")
                    return try listing.noteFailure(of: Array(name), error)
                }
                try listing.append(name: name, entry)
            }
            if !isDescribed, let own = try connection.stat(path) { listing.describe(directory: own) }
        }
    }

    package func stat(_ path: StoragePath) throws -> StorageEntry {
        let bytes = path.bytes
        let entry = try call("look at", bytes) { connection, _ in try connection.stat(bytes) }
        guard let entry else { throw CatalogError(.notFound, "Path not found", cause: "\"\(path.text)\" is no file") }
        return try entry.withKnownSize()
    }

    package func openReader(_ path: StoragePath) throws -> any StorageReader { try openReader(path, expecting: nil) }

    package func openReader(_ path: StoragePath, expecting part: Range<Int64>?) throws -> any StorageReader {
        let bytes = path.bytes
        do {
            return try call("open", bytes, isMeasured: part == nil) {
                try RemoteReader(bytes, $0, $1, pool, expecting: part) { error in
                    (error as? SMBFailure)?.error("read", path.text) ?? error
                }
            }
        } catch let error as CatalogError where ![.notFound, .storageUnavailable].contains(error.code) {
            // Servers differ in what they say of a directory. A look beforehand would double the time to the first byte.
            guard try stat(path).kind == .file else {
                throw CatalogError(.conflict, "Path is a directory", cause: "open \"\(path.text)\"")
            }
            throw error
        }
    }

    package func probe() throws -> StorageProbe {
        let (root, space): (StorageEntry?, (free: Int64, total: Int64, fileSystem: UInt64))
        do {
            (root, space) = try call("probe", []) { connection, _ in (try connection.stat([]), try connection.space()) }
        } catch let error as CatalogError where error.code == .notFound {
            throw SMBFailure(number: ENOENT).shareError(target)
        }
        let inode = root?.inode ?? 0
        return StorageProbe(
            identity: "smb:\(String(space.fileSystem, radix: 16)):\(UInt64(bitPattern: inode))", device: 0,
            inode: inode,
            freeBytes: space.free, totalBytes: space.total)
    }

    package var listingsAtOnce: Int? { connections.far }

    package var circuit: CircuitBreaker.State? { pool.circuit }

    package func retrySoon() { pool.retrySoon() }

    package func close() { pool.closeAll() }

    package var hasUnreadFiles: Bool { pool.hasChores }

    package func closeUnreadFiles() { pool.doChores() }

    func call<Value>(
        _ action: String, _ path: [UInt8], isDirectory: Bool = false, isMeasured: Bool = true,
        _ body: (SMBConnection, ConnectionPool<SMBConnection>.Lane) throws -> Value
    ) throws -> Value {
        do {
            return try pool.use(isMeasured: isMeasured, body)
        } catch let failure as SMBFailure {
            if isDirectory, failure.number == ENOTDIR {
                throw CatalogError(.conflict, "Path is not a directory", cause: failure.text)
            }
            throw failure.error(action, NameEncoding.text(of: path))
        }
    }
}
