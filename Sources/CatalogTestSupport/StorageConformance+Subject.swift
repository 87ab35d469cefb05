import CatalogCore
import CatalogStorage

/// A backend under test with the questions that the checks ask it.
struct Subject: Sendable {
    let backend: any StorageBackend
    let writer: any StorageFixtureWriter

    func place(_ names: [String]) throws -> StoragePath {
        try StoragePath(components: names.map { Array($0.utf8) })
    }

    func path(_ names: [String]) throws -> NativePath {
        try NativePath(place(names))
    }

    /// The directory's listing, sorted.
    func list(_ names: [String] = []) throws -> DirectoryListing {
        var listing = DirectoryListing()
        try backend.list(path(names), into: &listing)
        listing.sortByName()
        try expect(listing.failures.isEmpty, "failures: \(listing.failures)")
        return listing
    }

    func names(_ directory: [String] = []) throws -> [String] {
        let listing = try list(directory)
        return listing.entries.map { String(decoding: listing.name(of: $0), as: UTF8.self) }
    }

    func only(_ listing: DirectoryListing) throws -> ListedEntry {
        guard let entry = listing.entries.first, listing.entries.count == 1 else {
            throw StorageConformance.BrokenPromise(description: "there are \(listing.entries.count) entries, not one")
        }
        return entry
    }

    func read(_ reader: any StorageReader, from offset: Int, _ count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let filled = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(offset)) }
        return Array(buffer[..<filled])
    }

    func expect(_ isTrue: Bool, _ otherwise: @autoclosure () throws -> String) throws {
        guard isTrue else { throw StorageConformance.BrokenPromise(description: try otherwise()) }
    }

    func expectError(_ code: CatalogError.Code, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CatalogError {
            return try expect(error.code == code, "it is \(error), not \(code)")
        }
        throw StorageConformance.BrokenPromise(description: "there was no error, not even \(code)")
    }

    /// Some servers of WebDAV answer with 500 to what they may not do, as to their own troubles.
    func expectRefusal(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CatalogError {
            return try expect([.permissionDenied, .storageUnavailable].contains(error.code), "it is \(error)")
        }
        throw StorageConformance.BrokenPromise(description: "it was done")
    }

    /// Writes a whole file through the backend.
    func write(_ content: [UInt8], to path: StoragePath, at offset: Int64 = 0) throws {
        let writer = try backend.openWriter(path, at: offset, expecting: Int64(content.count))
        for start in stride(from: 0, to: content.count, by: 700_001) {
            try content[start..<min(start + 700_001, content.count)].withUnsafeBytes { try writer.write($0) }
        }
        try writer.finish()
    }

    func write(_ content: [UInt8], to names: [String], at offset: Int64 = 0) throws {
        try write(content, to: place(names), at: offset)
    }
}
