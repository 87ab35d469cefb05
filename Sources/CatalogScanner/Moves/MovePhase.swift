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
    func run() throws -> MoveCounts {
        var count = MoveCounts()
        guard let marks = try store.marks() else { return count }
        let oldest = min(marks.firstNew, marks.firstSincePrevious ?? marks.firstNew)
        guard marks.last >= oldest else { return count }
        let seen = try store.sideWrites()
        if marks.last >= marks.firstNew {
            count += try moveDirectories(marks)
            count += try moveFiles(marks, seen)
        }
        count.moved += try SplitMoves(scan: scan, marks: marks, seen: seen).run(goneMax: Self.goneMax)
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
        return try adopt(Dictionary(known, uniquingKeysWith: { first, _ in first }), marks)
    }

    /// What is left: single files, and those of directories that are known by their files only.
    private func moveFiles(_ marks: MoveStore.Marks, _ seen: Int64) throws -> MoveCounts {
        let gone = try store.vanishedTrees(atMost: Self.goneMax)
        guard !gone.isEmpty else { return MoveCounts() }
        var matcher = MoveMatcher(gone)
        try store.forEachNew(since: marks.firstNew) {
            if marks.isNew($0) { matcher.offer($0) }
        }
        // Directories too: those that were below one that is gone.
        let found = matcher.match()
        var moves = found.filter { $0.new.kind != .directory }
        moves += try hashed.find(matcher.rest, besides: Set(moves.map(\.new.id)), since: marks)
        var count = MoveCounts(moved: try writer.move(moves, seen: seen))
        let vanished = Dictionary(
            gone.lazy.filter { $0.kind == .directory }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let followed = matcher.directories(
            followedBy: moves, isGone: { vanished[$0] != nil }, isNew: { marks.isNew($0) })
        let directories =
            found.filter { $0.new.kind == .directory }.map { (old: $0.old.id, new: $0.new.id) }
            + followed.map { (old: $0.old, new: $0.new) }
        let parents = MovedParents(store: store, isNew: marks.isNew) { vanished[$0] }
        count += try adopt(try parents.joining(directories), marks)
        return count
    }

    private func adopt(_ known: [EntryID: EntryID], _ marks: MoveStore.Marks) throws -> MoveCounts {
        guard !known.isEmpty else { return MoveCounts() }
        var adoption = DirectoryAdoption(scan: scan, marks: marks, known: known)
        return try adoption.run()
    }
}
