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
    /// - Parameter directories: which new ones the files of which directories went to.
    /// - Returns: those of them that are gone, with those above them.
    func joining(_ directories: [(old: EntryID, new: EntryID)]) throws -> [EntryID: EntryID] {
        let moved = try directories.compactMap { pair in try gone(pair.old).map { (old: $0, new: pair.new) } }
        var known = Dictionary(moved.map { ($0.old.id, $0.new) }, uniquingKeysWith: { first, _ in first })
        var taken = Set(known.values)
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
