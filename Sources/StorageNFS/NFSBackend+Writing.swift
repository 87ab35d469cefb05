package import CatalogCore
package import CatalogStorage

extension NFSBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let place = try Self.named(path)
        return try call("write", place) {
            try RemoteWriter(place, at: offset, $0, $1) { error in
                (error as? NFSFailure)?.error("write", path.text) ?? error
            }
        }
    }

    /// The protocol's own rename takes a file away that has the name, so the look before is all that protects it.
    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        let (from, to) = (try Self.named(source), try Self.named(target))
        try call("rename", from) { connection, _ in
            if !replacing, try connection.exists(to) { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.rename(from, to: to)
        }
    }

    package func makeDirectory(_ path: StoragePath) throws {
        let place = try Self.named(path)
        try call("make directory", place) { connection, _ in try connection.makeDirectory(place) }
    }

    package func remove(_ path: StoragePath) throws {
        let place = try Self.named(path)
        try call("remove", place) { connection, _ in try connection.remove(place) }
    }

    private static func named(_ path: StoragePath) throws -> NFSPath {
        guard path.name != nil else { throw CatalogError(.conflict, "The root itself cannot be changed") }
        return NFSPath(path)
    }
}
