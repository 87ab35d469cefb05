package import CatalogCore
import Glibc

/// A connection that changes names on another machine, too. Its calls belong to the thread that has its lane.
package protocol ChangingConnection: WritingConnection {
    /// What has a name; nil for nothing.
    func occupant(_ path: Path) throws -> NameOccupant?
    /// Gives a file or directory another name; what has that one may go.
    func rename(_ source: Path, to target: Path) throws
    /// Makes a directory in one that exists.
    func makeDirectory(_ path: Path) throws
    /// Removes a file, a link or an empty directory.
    func remove(_ path: Path, isDirectory: Bool) throws
}

/// What has a name.
package enum NameOccupant: Sendable {
    case directory
    /// A file, a link, or what no catalog shows.
    case other
}

/// What `StorageWriting` asks of a storage whose connections open files and take names away that are taken: each change is made once,
/// behind a look on the same connection, which is all that protects a name.
package struct RemoteChanges<Connection: ChangingConnection>: Sendable {
    private let pool: ConnectionPool<Connection>
    private let place: @Sendable (StoragePath) -> Connection.Path
    private let isInUse: @Sendable (any Error) -> Bool
    private let explain: @Sendable (_ error: any Error, _ action: String, _ path: Connection.Path) -> any Error

    /// - Parameters:
    ///   - place: a path as the connections take it.
    ///   - isInUse: whether an error of a connection says that nothing was changed, since somebody has the file open.
    ///   - explain: what callers throw for an error of a connection.
    package init(
        _ pool: ConnectionPool<Connection>, place: @escaping @Sendable (StoragePath) -> Connection.Path,
        isInUse: @escaping @Sendable (any Error) -> Bool = { _ in false },
        explain: @escaping @Sendable (_ error: any Error, _ action: String, _ path: Connection.Path) -> any Error
    ) {
        (self.pool, self.place, self.isInUse, self.explain) = (pool, place, isInUse, explain)
    }

    /// As `StorageWriting.openWriter`.
    package func openWriter(_ path: StoragePath, at offset: Int64) throws -> any StorageWriter {
        try change("write", path) { connection, place in
            try connection.occupant(place)
        } by: { connection, lane, place, _ in
            try RemoteWriter(place, at: offset, connection, lane) { [explain] in explain($0, "write", place) }
        }
    }

    /// As `StorageWriting.rename`.
    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        let target = try named(target)
        try change("rename", source) { connection, _ in
            try connection.occupant(target)
        } by: { connection, _, place, occupant in
            if !replacing, occupant != nil { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.rename(place, to: target)
        }
    }

    /// As `StorageWriting.makeDirectory`.
    package func makeDirectory(_ path: StoragePath) throws {
        try change("make directory", path) { connection, place in
            try connection.occupant(place)
        } by: { connection, _, place, occupant in
            if occupant != nil { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.makeDirectory(place)
        }
    }

    /// As `StorageWriting.remove`.
    package func remove(_ path: StoragePath) throws {
        try change("remove", path) { connection, place in
            try connection.occupant(place)
        } by: { connection, _, place, occupant in
            guard let occupant else { throw CatalogError(.notFound, "Path not found") }
            try connection.remove(place, isDirectory: occupant == .directory)
        }
    }

    /// As `StorageWriting.copy`, for connections that can.
    package func copy(
        _ source: StoragePath, to target: StoragePath,
        by copy: (Connection, _ source: Connection.Path, _ target: Connection.Path) throws -> Void
    ) throws {
        let target = try named(target)
        try change("copy", source) { connection, place in
            try connection.occupant(place)
        } by: { connection, _, place, _ in
            try copy(connection, place, target)
        }
    }

    private func change<Answer, Value>(
        _ action: String, _ path: StoragePath, asking question: (Connection, Connection.Path) throws -> Answer,
        by change: (Connection, ConnectionPool<Connection>.Lane, Connection.Path, Answer) throws -> Value
    ) throws -> Value {
        let place = try named(path)
        let end = TimeSource.monotonic.now + Self.inUsePatience
        while true {
            do {
                return try pool.change(asking: { try question($0, place) }) { try change($0, $1, place, $2) }
            } catch let error where isInUse(error) && TimeSource.monotonic.now < end {
                // Between the attempts the connection is free for whoever has the file open.
                poll(nil, 0, Self.inUseMilliseconds)
            } catch {
                throw explain(error, action, place)
            }
        }
    }

    /// Microseconds: who has a file open is as a rule this program, which reads its ends for a hash.
    private static var inUsePatience: Int64 { 5_000_000 }
    private static var inUseMilliseconds: Int32 { 50 }

    private func named(_ path: StoragePath) throws -> Connection.Path {
        try path.requireName()
        return place(path)
    }
}

extension StoragePath {
    /// - Throws: `CatalogError.conflict` for the root, which nobody changes.
    package func requireName() throws {
        guard name != nil else { throw CatalogError(.conflict, "The root itself cannot be changed") }
    }
}
