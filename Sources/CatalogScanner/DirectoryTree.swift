package import CatalogCore

/// Directories of a root, in memory, with the sums over all that is below each.
package struct DirectoryTree {
    /// A directory, and what is below it at every depth.
    package struct Node: Sendable {
        /// Of its entry.
        package let id: EntryID
        /// Bytes of files.
        package let totalBytes: Int64
        /// Everything that is no directory.
        package let fileCount: Int64
        /// Directories at every depth, itself not counted.
        package let directoryCount: Int64
    }

    private let rows: [DirectoryTotals]
    /// Positions of rows by the id of the directory above, the largest first.
    private let ordered: [Int]
    private var firstChild: [EntryID: Int] = [:]

    init(_ rows: [DirectoryTotals]) {
        let ordered = rows.indices.sorted { first, second in
            let (first, second) = (rows[first], rows[second])
            if first.parentID != second.parentID { return (first.parentID ?? 0) < (second.parentID ?? 0) }
            if first.total.bytes != second.total.bytes { return first.total.bytes > second.total.bytes }
            return first.id < second.id
        }
        for (place, position) in ordered.enumerated() {
            guard let parent = rows[position].parentID, firstChild[parent] == nil else { continue }
            firstChild[parent] = place
        }
        (self.rows, self.ordered) = (rows, ordered)
    }

    /// How many directories it has.
    package var count: Int { rows.count }

    /// What is directly in a directory, the largest first, at most `limit`.
    package func children(of directory: EntryID, atMost limit: Int) -> [Node] {
        guard let first = firstChild[directory] else { return [] }
        return ordered[first...].prefix(limit).prefix { rows[$0].parentID == directory }.map(node)
    }

    /// One directory; nil for what is none of this root.
    package func directory(_ id: EntryID) -> Node? {
        rows.firstIndex { $0.id == id }.map(node)
    }

    private func node(_ position: Int) -> Node {
        let row = rows[position]
        return Node(
            id: row.id, totalBytes: row.total.bytes, fileCount: row.total.files, directoryCount: row.total.directories)
    }
}

extension [DirectoryTotals] {
    /// Adds each directory to its parent, children before parents. Ids do not tell who is deeper (a revived directory is older
    /// than its parent may be), so directories wait until all their sub-directories have been added.
    mutating func addUp() {
        var positions: [EntryID: Int] = [:]
        positions.reserveCapacity(count)
        for (position, row) in enumerated() { positions[row.id] = position }
        let parents = map { $0.parentID.flatMap { positions[$0] } }
        var openChildren = [Int](repeating: 0, count: count)
        for case let parent? in parents { openChildren[parent] += 1 }
        var ready = indices.filter { openChildren[$0] == 0 }
        while let position = ready.popLast() {
            guard let parent = parents[position] else { continue }
            self[parent].total.bytes += self[position].total.bytes
            self[parent].total.files += self[position].total.files
            self[parent].total.directories += self[position].total.directories
            openChildren[parent] -= 1
            if openChildren[parent] == 0 { ready.append(parent) }
        }
    }
}
