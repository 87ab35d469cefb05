import CatalogCore
import CatalogDatabase
import CatalogStorage

/// The directories of one root as the catalog has them, in memory while a scan runs: about 120 bytes for each, so that the
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
        let inode: Int64
        let birthNS: Int64
        /// Listed and written by the scan that is being resumed.
        let isDone: Bool
        /// It was on another device than its parent when both were listed last: a file system was mounted here.
        fileprivate(set) var isMountPoint = false
        fileprivate let nameStart: Int
        fileprivate let nameLength: Int
        fileprivate(set) var children: Range<Int> = 0..<0
    }

    private(set) var directories: [Directory] = []
    /// How many writes from beside scans there had been when this was read, or before.
    var sideWrites: Int64 = 0
    private var names: [UInt8] = []
    /// Where the sub-directories of one parent begin, in the order of the rows.
    private var families: [(parent: EntryID, start: Index)] = []

    init() {}

    /// Takes the next row; rows come ordered by (parent, name), the root's own one without a parent. `finish` comes last.
    ///
    /// - Parameters:
    ///   - row: a row of `EntryQueries.knownDirectories`.
    ///   - isDone: whether an interrupted run of the same scan has finished this directory.
    mutating func append(_ row: SQLRow, isDone: Bool) {
        if let parent = row.optionalInteger(1), families.last?.parent != parent {
            families.append((parent, directories.count))
        }
        let nameStart = names.count
        row.withBytes(2) { names.append(contentsOf: $0) }
        directories.append(
            Directory(
                id: row.integer(0), digest: row.withBytes(3) { DirectoryDigest(bytes: $0) },
                modifiedNS: row.integer(4), changedNS: row.integer(5), entryCount: Int(row.integer(6)),
                device: row.integer(7), inode: row.integer(8), birthNS: row.integer(9), isDone: isDone,
                nameStart: nameStart, nameLength: names.count - nameStart))
    }

    /// Gives every directory its sub-directories.
    mutating func finish() {
        var positions: [EntryID: Index] = [:]
        positions.reserveCapacity(families.count)
        for family in families { positions[family.parent] = -1 }
        for index in directories.indices where positions[directories[index].id] != nil {
            positions[directories[index].id] = index
        }
        for (number, family) in families.enumerated() {
            let end = number + 1 < families.count ? families[number + 1].start : directories.count
            guard let parent = positions[family.parent], parent >= 0 else { continue }
            directories[parent].children = family.start..<end
            for child in family.start..<end where directories[child].device != directories[parent].device {
                directories[child].isMountPoint = true
            }
        }
        families = []
    }

    /// Position of a directory; of the root's own one for the root.
    func index(at path: StoragePath) -> Index? {
        var index = directories.indices.first { directories[$0].nameLength == 0 }
        for name in path.components {
            guard let parent = index else { return nil }
            index = directories[parent].children.first { child in
                withName(of: child) { $0.elementsEqual(name) }
            }
        }
        return index
    }

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

extension KnownTree.Directory {
    /// Whether it says what the catalog says, so that it need not be listed for what is in it.
    func isSame(_ now: StorageEntry) -> Bool {
        now.kind == .directory && now.modifiedNS != 0 && digest != nil && now.modifiedNS == modifiedNS
            && now.changedNS == changedNS && now.device == device && now.inode == inode
    }

    /// Whether nothing happened to it that no watch tells of: another directory may have got its name, it may have become readable, and what
    /// came before it was watched nobody has seen. Of one that is on the way to others only the first is asked: a watch tells of the rest.
    func isUntouched(_ now: StorageEntry) -> Bool {
        guard now.kind == .directory, now.device == device, now.inode == inode else { return false }
        return !children.isEmpty || now.modifiedNS == modifiedNS && now.changedNS == changedNS
    }
}

extension KnownTree {
    /// The root and the directories on which something was mounted, with their paths; nothing where nothing was.
    func mountPoints() -> [(path: NativePath, directory: Directory)] {
        guard directories.contains(where: \.isMountPoint) else { return [] }
        return filtered { path, directory in path.isRoot || directory.isMountPoint }
    }

    /// Those of the directories that pass a test, with their paths.
    func filtered(_ isWanted: (NativePath, Directory) -> Bool) -> [(path: NativePath, directory: Directory)] {
        var found: [(path: NativePath, directory: Directory)] = []
        visit { path, directory in
            if isWanted(path, directory) { found.append((path, directory)) }
            return true
        }
        return found
    }

    /// Hands over every directory with its path, the root first and each one after its parent; nothing without a root.
    ///
    /// - Parameter body: returns false to end it.
    func visit(_ body: (NativePath, Directory) throws -> Bool) rethrows {
        guard let root = index(at: .root) else { return }
        var waiting: [(index: Index, parent: NativePath)] = [(root, NativePath())]
        while let next = waiting.popLast() {
            var path = next.parent
            if next.index != root { withName(of: next.index) { path.append($0) } }
            guard try body(path, self[next.index]) else { return }
            for child in self[next.index].children { waiting.append((child, path)) }
        }
    }
}
