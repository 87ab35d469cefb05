import CatalogCore
import CatalogDatabase
import CatalogScanner

/// A directory with all that is below it.
package struct DirectorySize: Sendable, Equatable {
    let id: EntryID
    /// Text form of the path, with a slash in front.
    package let path: String
    /// Text form of the name.
    package let name: String
    /// Bytes of all files below it.
    package private(set) var totalBytes: Int64
    /// Files below it, at every depth.
    package private(set) var fileCount: Int64
    /// Directories below it, at every depth.
    package private(set) var directoryCount: Int64
    /// Files below it, at every depth, that have the content of another file.
    package fileprivate(set) var duplicateCount: Int64 = 0
    /// Nanoseconds since 1970; 0 where the storage does not tell.
    package let modifiedNS: Int64
    fileprivate let hasDirectories: Bool

    /// Columns as in `StatisticsQueries`.
    fileprivate init(row: SQLRow, in parent: String) {
        id = row.integer(0)
        name = NameEncoding.text(of: row.bytes(1))
        path = parent + "/" + name
        (modifiedNS, totalBytes) = (row.integer(2), row.integer(3))
        (fileCount, directoryCount, hasDirectories) = (row.integer(4), row.integer(5), row.integer(6) > 0)
    }

    /// The same with the number of its files that are not the only ones.
    func counted(duplicates: Int64) -> DirectorySize {
        var counted = self
        counted.duplicateCount = duplicates
        return counted
    }

    fileprivate func counted(as node: DirectoryTree.Node) -> DirectorySize {
        var counted = self
        (counted.totalBytes, counted.fileCount) = (node.totalBytes, node.fileCount)
        counted.directoryCount = node.directoryCount
        return counted
    }
}

/// Finds the largest directories of a root from its top down: none is larger than the one above it, so that only what is below the
/// largest ones has to be looked at, and no index by size has to be kept up by every scan.
struct LargestDirectoriesStore {
    let connection: any SQLConnection
    let limit: Int
    /// What is right while the stored sums are not; nil when they are.
    private let tree: DirectoryTree?
    /// By size, the largest first.
    private var found: [DirectorySize] = []
    /// How many of them have been looked into: they keep their places.
    private var seen = 0

    init(_ limit: Int, _ tree: DirectoryTree?, on connection: any SQLConnection) {
        (self.limit, self.tree, self.connection) = (limit, tree, connection)
    }

    /// All that are below a directory, which is at `path` and is not one of them.
    mutating func add(below directory: EntryID, at path: String) throws {
        if let tree {
            for child in tree.children(of: directory, atMost: limit) where try !insert(child, in: path) { break }
            return
        }
        let values: [SQLValue] = [.integer(directory), .integer(Int64(limit))]
        let children = try connection.rows(StatisticsQueries.largestChildren, values) {
            DirectorySize(row: $0, in: path)
        }
        for child in children where !insert(child) { break }
    }

    /// A directory itself; what is below it follows by itself.
    mutating func add(_ directory: EntryID, in parent: String) throws {
        if let node = tree?.directory(directory) {
            _ = try insert(node, in: parent)
            return
        }
        let found = try connection.firstRow(StatisticsQueries.directory, [.integer(directory)]) {
            DirectorySize(row: $0, in: parent)
        }
        if let found { _ = insert(found) }
    }

    /// The largest ones of what was added, and of all below it.
    mutating func result() throws -> [DirectorySize] {
        while seen < found.count {
            let directory = found[seen]
            seen += 1
            if directory.hasDirectories { try add(below: directory.id, at: directory.path) }
        }
        return found
    }

    /// - Returns: as the other one.
    private mutating func insert(_ node: DirectoryTree.Node, in parent: String) throws -> Bool {
        guard place(of: node.totalBytes) < limit else { return false }
        let row = try connection.firstRow(StatisticsQueries.directory, [.integer(node.id)]) {
            DirectorySize(row: $0, in: parent)
        }
        return row.map { insert($0.counted(as: node)) } ?? true
    }

    /// Puts a directory behind all that are not smaller, and behind the one above it also while a scan has not summed that up yet.
    ///
    /// - Returns: false when there are enough that are not smaller.
    private mutating func insert(_ directory: DirectorySize) -> Bool {
        let place = place(of: directory.totalBytes)
        guard place < limit else { return false }
        found.insert(directory, at: place)
        if found.count > limit { found.removeLast() }
        return true
    }

    private func place(of bytes: Int64) -> Int {
        var (low, high) = (seen, found.count)
        while low < high {
            let middle = (low + high) / 2
            if found[middle].totalBytes >= bytes { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
