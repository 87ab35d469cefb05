import CatalogCore

/// Recognises moves of which two scans have seen a half each: what went missing before, here or in another root, comes back here; what is
/// gone here came to another root before, where it looked like a copy.
struct SplitMoves {
    private let scan: ScanContext
    private let marks: MoveStore.Marks
    /// How many writes from beside scans there were before anything was read.
    private let seen: Int64
    private let store: MoveStore

    init(scan: ScanContext, marks: MoveStore.Marks, seen: Int64) {
        (self.scan, self.marks, self.seen) = (scan, marks, seen)
        store = MoveStore(scan: scan)
    }

    /// Blocks.
    ///
    /// - Parameter goneMax: what is gone and is compared in each direction, at most.
    /// - Returns: how many entries came back here. What other roots got was added there: this scan does not count it.
    func run(goneMax: Int) throws -> Int {
        let count = marks.last >= marks.firstOfScan ? try bringBack(goneMax) : 0
        if let since = marks.firstSincePrevious { try moveToOtherRoots(since, goneMax) }
        return count
    }

    /// Tombstones that are among what this scan has found.
    private func bringBack(_ limit: Int) throws -> Int {
        let gone = try store.tombstones(marks, atMost: limit) + store.numberedTombstones(marks, atMost: limit)
        guard !gone.isEmpty else { return 0 }
        var matcher = MoveMatcher(gone)
        try store.forEachNew(since: marks.firstOfScan) { matcher.offer($0) }
        return try move(&matcher, isNew: { $0 >= marks.firstOfScan }) { id in
            try store.entry(id).flatMap { $0.kind == .directory && $0.isMissing ? $0 : nil }
        }
    }

    /// Entries that other roots got since this one was seen last.
    private func moveToOtherRoots(_ since: EntryID, _ limit: Int) throws {
        let gone = try store.vanishedTrees(atMost: limit)
        guard !gone.isEmpty else { return }
        var matcher = MoveMatcher(gone)
        try store.forEachNewElsewhere(since: since) { if $0.firstSeen >= marks.oldest { matcher.offer($0) } }
        let directories = Dictionary(
            gone.lazy.filter { $0.kind == .directory }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        _ = try move(&matcher, isNew: { $0 >= since }) { directories[$0] }
    }

    /// Single entries first, then the directories that their numbers, or what was in them, tell of.
    private func move(
        _ matcher: inout MoveMatcher, isNew: @escaping (EntryID) -> Bool,
        gone: @escaping (EntryID) throws -> MovableEntry?
    ) throws -> Int {
        let found = matcher.match()
        let moves = found.filter { $0.new.kind != .directory }
        let numbered = found.filter { $0.new.kind == .directory }.map { (old: $0.old.id, new: $0.new.id) }
        let followed = try matcher.directories(followedBy: moves, isGone: { try gone($0) != nil }, isNew: isNew)
        let count = try MoveWriter(scan: scan).move(moves, seen: seen)
        // Not all that was ever in a directory is among what was compared.
        let most = try followed.filter { pair in
            guard let old = try gone(pair.old) else { return false }
            return try store.filesLeft(in: old, atMost: pair.files) < pair.files
        }
        let pairs = try MovedParents(store: store, isNew: isNew, gone: gone)
            .joining(numbered + most.map { (old: $0.old, new: $0.new) })
        return try count + DirectoryExchange(scan: scan, marks: marks, seen: seen).run(pairs)
    }
}
