package import CatalogCore
package import CatalogStorage

extension SMBBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let bytes = try Self.named(path)
        return try change("write", bytes) {
            try $0.exists(bytes)
        } by: { connection, lane, _ in
            try RemoteWriter(bytes, at: offset, connection, lane) { error in
                (error as? SMBFailure)?.error("write", path.text) ?? error
            }
        }
    }

    /// The library takes a file away that has the name, so the look before is all that protects it.
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
        let bytes = try Self.named(path)
        try change("make directory", bytes) {
            try $0.exists(bytes)
        } by: { connection, _, isTaken in
            if isTaken { throw CatalogError(.alreadyExists, "Path already exists") }
            try connection.makeDirectory(bytes)
        }
    }

    package func remove(_ path: StoragePath) throws {
        let bytes = try Self.named(path)
        try change("remove", bytes) {
            try $0.stat(bytes)
        } by: { connection, _, _ in
            try connection.remove(bytes)
        }
    }

    package func copy(_ source: StoragePath, to target: StoragePath) throws {
        let (from, to) = (try Self.named(source), try Self.named(target))
        try change("copy", from) {
            try $0.stat(from)
        } by: { connection, _, _ in
            try connection.copy(from, to: to)
        }
    }

    private func change<Answer, Value>(
        _ action: String, _ path: [UInt8], asking question: (SMBConnection) throws -> Answer,
        by change: (SMBConnection, ConnectionPool<SMBConnection>.Lane, Answer) throws -> Value
    ) throws -> Value {
        do {
            return try pool.change(asking: question, change)
        } catch let failure as SMBFailure {
            throw failure.error(action, NameEncoding.text(of: path))
        }
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
