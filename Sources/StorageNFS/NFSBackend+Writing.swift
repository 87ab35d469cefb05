package import CatalogCore
package import CatalogStorage

extension NFSBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let place = try Self.named(path)
        return try change("write", place) {
            try $0.exists(place)
        } by: { connection, lane, _ in
            try RemoteWriter(place, at: offset, connection, lane) { error in
                (error as? NFSFailure)?.error("write", path.text) ?? error
            }
        }
    }

    /// The protocol's own rename takes a file away that has the name, so the look before is all that protects it.
    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        let (from, to) = (try Self.named(source), try Self.named(target))
        try change("rename", from) {
            try $0.exists(to)
        } by: { connection, _, isTaken in
            if !replacing, isTaken { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.rename(from, to: to)
        }
    }

    package func makeDirectory(_ path: StoragePath) throws {
        let place = try Self.named(path)
        try change("make directory", place) {
            try $0.exists(place)
        } by: { connection, _, isTaken in
            if isTaken { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.makeDirectory(place)
        }
    }

    package func remove(_ path: StoragePath) throws {
        let place = try Self.named(path)
        try change("remove", place) {
            try $0.isDirectory(place)
        } by: { connection, _, isDirectory in
            try connection.remove(place, isDirectory: isDirectory)
        }
    }

    private func change<Answer, Value>(
        _ action: String, _ path: NFSPath, asking question: (NFSConnection) throws -> Answer,
        by change: (NFSConnection, ConnectionPool<NFSConnection>.Lane, Answer) throws -> Value
    ) throws -> Value {
        do {
            return try pool.change(asking: question, change)
        } catch let failure as NFSFailure {
            throw failure.error(action, path.text)
        }
    }

    private static func named(_ path: StoragePath) throws -> NFSPath {
        guard path.name != nil else { throw CatalogError(.conflict, "The root itself cannot be changed") }
        return NFSPath(path)
    }
}
