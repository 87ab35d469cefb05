package import CatalogCore

/// Writes into the root that a backend under test shows, past the backend.
package protocol StorageFixtureWriter: Sendable {
    /// Whether the storage can hold such a name at all.
    func canHold(_ name: [UInt8]) -> Bool
    /// Writes a file, replacing one that is there.
    func writeFile(_ path: StoragePath, _ content: [UInt8]) throws
    /// The same behind a hole of `offset` bytes.
    func writeFile(_ path: StoragePath, _ content: [UInt8], at offset: Int64) throws
    /// What a file holds.
    func content(_ path: StoragePath) throws -> [UInt8]
    /// Makes a directory in one that exists.
    func makeDirectory(_ path: StoragePath) throws
    /// Removes a file or an empty directory.
    func remove(_ path: StoragePath) throws
    /// Lets nobody change a file or a directory, or lets them again.
    ///
    /// - Returns: false where that cannot be done.
    func protect(_ path: StoragePath, _ isProtected: Bool) throws -> Bool
}

extension StorageFixtureWriter {
    /// The same for names that are plain text.
    package func writeFile(_ names: [String], _ content: [UInt8], at offset: Int64) throws {
        try writeFile(StoragePath(components: names.map { Array($0.utf8) }), content, at: offset)
    }

    /// The same for names that are plain text.
    package func content(_ names: [String]) throws -> [UInt8] {
        try content(StoragePath(components: names.map { Array($0.utf8) }))
    }

    /// The same for names that are plain text.
    package func writeFile(_ names: [String], _ content: [UInt8]) throws {
        try writeFile(StoragePath(components: names.map { Array($0.utf8) }), content)
    }

    /// The same for names that are plain text.
    package func makeDirectory(_ names: [String]) throws {
        try makeDirectory(StoragePath(components: names.map { Array($0.utf8) }))
    }

    /// The same for names that are plain text.
    package func remove(_ names: [String]) throws {
        try remove(StoragePath(components: names.map { Array($0.utf8) }))
    }
}
