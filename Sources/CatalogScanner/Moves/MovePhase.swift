import CatalogCore
import CatalogDatabase
import CatalogStorage

/// Recognises what has moved (ruling 48), once a walk has seen everything and before anything counts as gone: entries keep their ids, and
/// with them all that hangs on those.
///
/// Nothing is read but rows, unless only hashes are left to tell (`HashedMoves`). A walk writes what it finds as new; here the rows of
/// old entries take those places.
struct MovePhase {
    /// What is gone and may be found again, at most. Each takes some two hundred bytes; what is beyond that counts as removed and new.
    private static let goneMax = 200_000

    private let scan: ScanContext
    private let store: MoveStore
    private let writer: MoveWriter
    private let hashed: HashedMoves

    /// - Parameter backend: that of the root, to read what nothing else tells of.
    init(scan: ScanContext, backend: any StorageBackend) {
        self.scan = scan
        hashed = HashedMoves(scan: scan, backend: backend)
        store = MoveStore(scan: scan)
        writer = MoveWriter(scan: scan)
    }

    /// Blocks; may be interrupted and run again.
    ///
    func run() throws -> MoveCounts {
        var count = MoveCounts()
        guard let marks = try store.marks() else { return count }
        let oldest = min(marks.firstNew, marks.firstSincePrevious ?? marks.firstNew)
        guard marks.last >= oldest else { return count }
        let seen = try store.sideWrites()
        if marks.last >= marks.firstNew {
            count += try moveDirectories(marks)
            count += try moveFiles(marks, seen)
            if marks.last >= marks.firstOfScan { count.moved += try bringBack(marks, seen) }
        }
        if let since = marks.firstSincePrevious { try moveToOtherRoots(since, marks, seen) }
        return count
    }

    /// Whole directories first, where the storage has numbers for them: all below them goes with them.
    private func moveDirectories(_ marks: MoveStore.Marks) throws -> MoveCounts {
        let gone = try store.vanished(atMost: Self.goneMax).filter { $0.kind == .directory && $0.inode != 0 }
        guard !gone.isEmpty else { return MoveCounts() }
        var matcher = MoveMatcher(gone)
        try store.forEachNew(since: marks.firstNew) {
            if $0.kind == .directory, marks.isNew($0) { matcher.offer($0) }
        }
        let known = matcher.match().map { ($0.old.id, $0.new.id) }
        return try adopt(known, marks)
    }

    /// What is left: single files, and those of directories that are known by their files only.
    private func moveFiles(_ marks: MoveStore.Marks, _ seen: Int64) throws -> MoveCounts {
        let gone = try store.vanishedTrees(atMost: Self.goneMax)
        guard !gone.isEmpty else { return MoveCounts() }
        var matcher = MoveMatcher(gone)
        try store.forEachNew(since: marks.firstNew) {
            if $0.kind != .directory, marks.isNew($0) { matcher.offer($0) }
        }
        var moves = matcher.match()
        moves += try hashed.find(matcher.rest, besides: Set(moves.map(\.new.id)), since: marks)
        let directories = matcher.directories(followedBy: moves, isNew: marks.isNew)
        var count = MoveCounts(moved: try writer.move(moves, seen: seen))
        count += try adopt(try withParents(directories, gone, marks), marks)
        return count
    }

    /// Files that went missing before, here or in another root, and are among what this scan has found.
    private func bringBack(_ marks: MoveStore.Marks, _ seen: Int64) throws -> Int {
        let gone = try store.tombstones(marks, atMost: Self.goneMax)
        guard !gone.isEmpty else { return 0 }
        var matcher = MoveMatcher(gone)
        try store.forEachNew(since: marks.firstOfScan) { if $0.kind == .file { matcher.offer($0) } }
        return try writer.move(matcher.match(), seen: seen)
    }

    /// A directory whose sub-directory kept its name and moved is where that one is, too.
    private func withParents(
        _ directories: [(old: MovableEntry, new: EntryID)], _ vanished: [MovableEntry], _ marks: MoveStore.Marks
    ) throws -> [(EntryID, EntryID)] {
        guard !directories.isEmpty else { return [] }
        let gone = Dictionary(
            vanished.lazy.filter { $0.kind == .directory }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var known: [EntryID: EntryID] = [:]
        var taken = Set(directories.map(\.new))
        for directory in directories { known[directory.old.id] = directory.new }
        for directory in directories {
            var (old, new) = (directory.old, try store.entry(directory.new))
            while let parent = old.parentID.flatMap({ gone[$0] }), let above = new?.parentID, new?.name == old.name,
                known[parent.id] == nil, marks.isNew(above), taken.insert(above).inserted
            {
                known[parent.id] = above
                (old, new) = (parent, try store.entry(above))
            }
        }
        return known.map { ($0.key, $0.value) }
    }

    private func adopt(_ known: [(EntryID, EntryID)], _ marks: MoveStore.Marks) throws -> MoveCounts {
        guard !known.isEmpty else { return MoveCounts() }
        let pairs = Dictionary(known, uniquingKeysWith: { first, _ in first })
        var adoption = DirectoryAdoption(scan: scan, marks: marks, known: pairs)
        return try adoption.run()
    }

    /// Files that another root got since this one was seen last: what looked like a copy there was half of a move.
    private func moveToOtherRoots(_ since: EntryID, _ marks: MoveStore.Marks, _ seen: Int64) throws {
        let gone = try store.vanishedTrees(atMost: Self.goneMax).filter { $0.kind == .file }
        guard !gone.isEmpty else { return }
        var matcher = MoveMatcher(gone)
        try store.forEachNewElsewhere(since: since) { if $0.firstSeen >= marks.oldest { matcher.offer($0) } }
        // They were added elsewhere: this scan does not count them.
        _ = try writer.move(matcher.match(), seen: seen)
    }
}
