import CatalogCore
import CatalogStorage

/// What a walk looks at, what it leaves out, and how deep it goes.
struct WalkRules: Sendable {
    let type: ScanType
    /// The root as it was probed at the start of the scan.
    let root: StorageProbe
    /// Where the walk begins.
    let start: StoragePath
    let patterns: NamePatterns
    /// Directories below each other; nil means as deep as `Limits.directoryDepth`.
    let maxDepth: Int?
    /// Whether somebody said beforehand that what is missing may be removed, mounts that are away included.
    let confirmsRemovals: Bool

    static let mountIsAway = CatalogError(
        .storageUnavailable, "A file system was mounted here and is away; its entries are kept")
    static let mountIsAnother = CatalogError(
        .storageUnavailable,
        "Another file system is mounted here than before; its entries are kept. A scan that confirms removals takes it over"
    )

    /// Whether the root is still the one that was probed.
    func isRoot(device: Int64, inode: Int64) -> Bool { device == root.device && inode == root.inode }

    /// Makes sure that a listing is of the place that it was asked for.
    ///
    /// - Parameters:
    ///   - known: the directory as the catalog has it.
    ///   - parentDevice: where its parent lies now; nil for the root.
    /// - Throws: `CatalogError.storageUnavailable` when it is another place.
    func checkPlace(of listing: DirectoryListing, known: KnownTree.Directory?, parentDevice: Int64?) throws {
        if parentDevice == nil, !isRoot(device: listing.device, inode: listing.inode) {
            throw CatalogError(.storageUnavailable, "The storage root was exchanged while the scan began")
        }
        guard let known, known.isMountPoint else { return }
        if listing.device == known.device, listing.inode == known.inode { return }
        // On its parent's device lies the empty directory that the mount had covered.
        if listing.device == parentDevice { throw Self.mountIsAway }
        // Another number of its device says nothing, numbers change with a restart.
        if !confirmsRemovals, listing.inode != known.inode || listing.birthNS != known.birthNS {
            throw Self.mountIsAnother
        }
    }
}
