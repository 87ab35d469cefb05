import CatalogCore

/// Finds the directories above those that moved: one whose sub-directory kept its name and moved is where that one is, too. Not where the
/// storage says by a number that the sub-directory is the same: it would have said so of the one above.
struct MovedParents {
    private let store: MoveStore
    private let isNew: (EntryID) -> Bool
    private let gone: (EntryID) throws -> MovableEntry?

    /// - Parameters:
    ///   - isNew: whether a directory was not there before.
    ///   - gone: a directory that is not where it was; nil for whatever else has the id.
    init(store: MoveStore, isNew: @escaping (EntryID) -> Bool, gone: @escaping (EntryID) throws -> MovableEntry?) {
        (self.store, self.isNew, self.gone) = (store, isNew, gone)
    }

    /// Blocks.
    ///
    /// - Parameter directories: which old ones are which new ones; what comes first counts where two would be one.
    /// - Returns: those of them that are gone, with those above them.
    func joining(_ directories: [(old: EntryID, new: EntryID)]) throws -> [EntryID: EntryID] {
        var known: [EntryID: EntryID] = [:]
        var taken: Set<EntryID> = []
        var moved: [(old: MovableEntry, new: EntryID)] = []
        for pair in directories where known[pair.old] == nil && !taken.contains(pair.new) {
            guard let old = try gone(pair.old) else { continue }
            (known[pair.old], _) = (pair.new, taken.insert(pair.new))
            moved.append((old, pair.new))
        }
        for directory in moved {
            var (old, new) = (directory.old, try store.entry(directory.new))
            while let moved = new, moved.name == old.name, !old.isSameFile(as: moved),
                let parent = try old.parentID.flatMap(gone), known[parent.id] == nil,
                let above = moved.parentID, isNew(above), taken.insert(above).inserted
            {
                known[parent.id] = above
                (old, new) = (parent, try store.entry(above))
            }
        }
        return known
    }
}
