import CatalogCore

/// Finds out which of some new entries are old ones that are not where they were (ruling 48). Nothing but what the rows say is asked.
///
/// First all that is new is offered, then `match` decides: the storage's own numbers before sizes and times, so that the order in which
/// entries come does not matter.
struct MoveMatcher {
    /// What a file that was copied, or moved by way of another machine, keeps.
    private struct Content: Hashable {
        let size: Int64
        let seconds: Int64
        let name: [UInt8]

        init(_ entry: MovableEntry) {
            (size, seconds, name) = (entry.size, entry.modifiedSeconds, entry.name)
        }
    }

    private let old: [MovableEntry]
    private var isTaken: [Bool]
    private var byInode: [Int64: [Int]] = [:]
    private var byContent: [Content: [Int]] = [:]
    private var sameFiles: [(old: Int, new: MovableEntry)] = []
    private var sameContents: [MovableEntry] = []

    /// - Parameter old: what is gone.
    init(_ old: [MovableEntry]) {
        self.old = old
        isTaken = Array(repeating: false, count: old.count)
        for (index, entry) in old.enumerated() {
            if entry.inode != 0 { byInode[entry.inode, default: []].append(index) }
            if entry.kind == .file, entry.size > 0 { byContent[Content(entry), default: []].append(index) }
        }
    }

    /// What nobody has found again.
    var rest: [MovableEntry] { old.indices.filter { !isTaken[$0] }.map { old[$0] } }

    /// - Parameter new: an entry that was not there before.
    mutating func offer(_ new: MovableEntry) {
        for index in byInode[new.inode] ?? [] where old[index].isSameFile(as: new) && isFree(index, for: new) {
            sameFiles.append((index, new))
        }
        guard new.kind == .file, new.size > 0 else { return }
        if !alike(new).isEmpty { sameContents.append(new) }
    }

    private func isFree(_ index: Int, for new: MovableEntry) -> Bool { !isTaken[index] && old[index].id != new.id }

    private func alike(_ new: MovableEntry) -> [Int] {
        (byContent[Content(new)] ?? []).filter { isFree($0, for: new) && old[$0].isSameContent(as: new) }
    }

    /// Decides about what was offered since the last time.
    mutating func match() -> [Move] {
        var moves: [Move] = []
        var found: Set<EntryID> = []
        /// Where the directories went.
        var parents: [EntryID: EntryID] = [:]
        // Of several names of one file the same name comes first.
        for claim in sameFiles.filter({ old[$0.old].name == $0.new.name }) + sameFiles {
            guard !isTaken[claim.old], found.insert(claim.new.id).inserted else { continue }
            isTaken[claim.old] = true
            moves.append(Move(old: old[claim.old], new: claim.new))
            if claim.new.kind == .directory { parents[old[claim.old].id] = claim.new.id }
        }
        for new in sameContents where !found.contains(new.id) {
            guard let index = best(for: new, parents) else { continue }
            isTaken[index] = true
            found.insert(new.id)
            moves.append(Move(old: old[index], new: new))
        }
        (sameFiles, sameContents) = ([], [])
        return moves
    }

    /// Of files that are alike the one whose directory moved the same way, else one of the same root.
    private func best(for new: MovableEntry, _ parents: [EntryID: EntryID]) -> Int? {
        let candidates = alike(new)
        let besideMoved = candidates.first { index in
            old[index].parentID.flatMap { parents[$0] } == new.parentID && new.parentID != nil
        }
        return besideMoved ?? candidates.first { old[$0].rootID == new.rootID } ?? candidates.first
    }
}

extension MoveMatcher {
    /// Directories whose files went to one and the same new directory, where the storage has no numbers to tell.
    ///
    /// - Parameters:
    ///   - moves: of files.
    ///   - isGone: whether a directory is not where it was.
    ///   - isNew: whether one was not there before.
    /// - Returns: which of the old directories is which new one now, and how many files say so.
    func directories(
        followedBy moves: [Move], isGone: (EntryID) throws -> Bool, isNew: (EntryID) -> Bool
    ) rethrows -> [(old: EntryID, new: EntryID, files: Int)] {
        var votes: [EntryID: [EntryID: Int]] = [:]
        for move in moves {
            guard let from = move.old.parentID, let to = move.new.parentID, isNew(to) else { continue }
            votes[from, default: [:]][to, default: 0] += 1
        }
        for index in old.indices where isTaken[index] { votes[old[index].id] = nil }
        votes = try votes.filter { try isGone($0.key) }
        var files: [EntryID: Int] = [:]
        for entry in old where entry.kind == .file {
            if let parent = entry.parentID, votes[parent] != nil { files[parent, default: 0] += 1 }
        }
        var taken: Set<EntryID> = []
        var result: [(old: EntryID, new: EntryID, files: Int)] = []
        for (directory, choices) in votes.sorted(by: { $0.key < $1.key }) {
            let best = choices.max { ($0.value, $1.key) < ($1.value, $0.key) }
            guard let best, best.value * 2 > files[directory] ?? 0, taken.insert(best.key).inserted else { continue }
            result.append((directory, best.key, best.value))
        }
        return result
    }
}
