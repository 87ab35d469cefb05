import CatalogCore
import CatalogStorage

/// The directories that a scan of changes looks at: those that a watch has named, and of those in them the ones that it could not tell of.
///
/// They are found before the walk, so that what is in them is in the tree that is known: what is mounted there must not look like a plain
/// directory.
struct NamedDirectories {
    /// One for each level of a tree that came in the place of another one.
    private static let roundsMax = 100

    let tree: KnownTree
    /// In the text form; those that were named come first.
    let paths: [StoragePath]

    /// Blocks.
    ///
    /// - Parameters:
    ///   - load: the tree that is known with no more than these directories in it.
    ///   - look: what is at the path of a directory now.
    init(
        _ named: [StoragePath], load: ([StoragePath]) throws -> KnownTree, look: (NativePath) throws -> StorageEntry
    ) throws {
        var paths = named
        var known = Set(named)
        var tree = try load(paths)
        for _ in 0..<Self.roundsMax {
            let touched = try tree.filtered { path, directory in
                guard directory.isDone, let now = try? look(path) else { return false }
                return !directory.isUntouched(now)
            }.map { try $0.path.storagePath() }.filter { known.insert($0).inserted }
            guard !touched.isEmpty else { break }
            paths += touched
            tree = try load(paths)
        }
        (self.tree, self.paths) = (tree, paths)
    }
}
