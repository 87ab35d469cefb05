import CatalogCore
import CatalogDatabase

/// The directories of one root as the catalog has them, in memory while a scan runs: about 70 bytes for each, so that the
/// walk of an unchanged tree asks the database nothing.
struct KnownTree: Sendable {
    /// Position of a directory in this tree.
    typealias Index = Int

    struct Directory: Sendable {
        let id: EntryID
        let digest: DirectoryDigest?
        let modifiedNS: Int64
        let changedNS: Int64
        /// Direct entries, for progress.
        let entryCount: Int
        let device: Int64
        /// Listed and written by the scan that is being resumed.
        var isDone = false
        fileprivate let nameStart: Int
        fileprivate let nameLength: Int
        fileprivate(set) var children: Range<Int> = 0..<0
    }

    private(set) var directories: [Directory] = []
    private var names: [UInt8] = []

    /// - Parameters:
    ///   - rows: the directories ordered by (parent, name); the root's own one has no parent.
    ///   - done: ids of directories that an interrupted run of the same scan has finished.
    init(rows: [DirectoryRow], done: Set<EntryID>) {
        directories.reserveCapacity(rows.count)
        var positions: [EntryID: Int] = [:]
        positions.reserveCapacity(rows.count)
        for row in rows {
            positions[row.id] = directories.count
            directories.append(
                Directory(
                    id: row.id, digest: row.digest, modifiedNS: row.modifiedNS, changedNS: row.changedNS,
                    entryCount: row.entryCount, device: row.device, isDone: done.contains(row.id),
                    nameStart: names.count, nameLength: row.name.count))
            names += row.name
        }
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows[end].parentID == rows[start].parentID { end += 1 }
            if let parent = rows[start].parentID, let position = positions[parent] {
                directories[position].children = start..<end
            }
            start = end
        }
    }

    /// Position of the root's own directory.
    var root: Index? { directories.indices.first { directories[$0].nameLength == 0 } }

    subscript(index: Index) -> Directory { directories[index] }

    /// The name at `index`, valid during `body`.
    func withName<Value>(of index: Index, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let directory = directories[index]
        return try names.withUnsafeBytes {
            try body(
                UnsafeRawBufferPointer(rebasing: $0[directory.nameStart..<(directory.nameStart + directory.nameLength)])
            )
        }
    }
}

/// A row of `EntryQueries.knownDirectories`.
struct DirectoryRow: Sendable {
    let id: EntryID
    let parentID: EntryID?
    let name: [UInt8]
    let digest: DirectoryDigest?
    let modifiedNS: Int64
    let changedNS: Int64
    let entryCount: Int
    let device: Int64

    init(row: SQLRow) {
        id = row.integer(0)
        parentID = row.optionalInteger(1)
        name = row.bytes(2)
        digest = row.withBytes(3) { DirectoryDigest(bytes: $0) }
        modifiedNS = row.integer(4)
        changedNS = row.integer(5)
        entryCount = Int(row.integer(6))
        device = row.integer(7)
    }
}
