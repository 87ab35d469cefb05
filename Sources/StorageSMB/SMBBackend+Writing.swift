package import CatalogCore
package import CatalogStorage

extension SMBBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let bytes = try Self.named(path)
        return try call("write", bytes) {
            try RemoteWriter(bytes, at: offset, $0, $1) { error in
                (error as? SMBFailure)?.error("write", path.text) ?? error
            }
        }
    }

    /// The library takes a file away that has the name, so the look before is all that protects it.
    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        let (from, to) = (try Self.named(source), try Self.named(target))
        try call("rename", from) { connection, _ in
            if !replacing, try connection.exists(to) { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.rename(from, to: to)
        }
    }

    package func makeDirectory(_ path: StoragePath) throws {
        let bytes = try Self.named(path)
        try call("make directory", bytes) { connection, _ in try connection.makeDirectory(bytes) }
    }

    package func remove(_ path: StoragePath) throws {
        let bytes = try Self.named(path)
        try call("remove", bytes) { connection, _ in try connection.remove(bytes) }
    }

    package func copy(_ source: StoragePath, to target: StoragePath) throws {
        let (from, to) = (try Self.named(source), try Self.named(target))
        try call("copy", from) { connection, _ in try connection.copy(from, to: to) }
    }

    private static func named(_ path: StoragePath) throws -> [UInt8] {
        guard path.name != nil else { throw CatalogError(.conflict, "The root itself cannot be changed") }
        return bytes(path)
    }
}

extension SMBConnection {
    fileprivate func exists(_ path: [UInt8]) throws -> Bool {
        do {
            _ = try stat(path)
            return true
        } catch let failure as SMBFailure where failure.error("", "").code == .notFound {
            return false
        }
    }
}
