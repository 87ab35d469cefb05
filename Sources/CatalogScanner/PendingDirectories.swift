import CatalogCore
import CatalogStorage

/// The directories that one walker has still to visit, the next one on top, with the place where it is now.
///
/// Each one lies directly below the current path or below a directory above it, which is what depth first means; so a name
/// and a depth are enough to find it, and waiting directories cost no path each.
struct PendingDirectories: Sendable {
    private struct Item {
        let directory: Found
        let nameLength: Int
    }

    /// A directory to visit.
    struct Found: Sendable {
        let reference: DirectoryReference
        let known: KnownTree.Index?
        /// Names above this one.
        let depth: Int
        /// The device of its parent as it is now; nil for the root.
        let parentDevice: Int64?
    }

    private var items: [Item] = []
    /// The names of all items, one after the other.
    private var names: [UInt8] = []
    private var pathDepth = 0
    /// Path of the item that `next` returned last.
    private(set) var path = NativePath()
    /// Of the directories above it, and of itself once the walker has entered it.
    private(set) var digests = PathDigests()

    init() {}

    /// Where a walk begins: at the root, or at a directory of the catalog below it.
    ///
    /// - Parameter parentDevice: where the directory above it lies now; nil for the root.
    init(startingAt start: StoragePath, in tree: KnownTree, parentDevice: Int64?) throws {
        guard let index = tree.index(at: start) else {
            throw CatalogError.internalError("a scan begins at a directory that the catalog does not have")
        }
        let parent = start.parent ?? .root
        path = NativePath(parent)
        pathDepth = parent.components.count
        digests = PathDigests(firstDepth: start.components.count)
        let found = Found(
            reference: .known(tree[index].id), known: index, depth: start.components.count, parentDevice: parentDevice)
        (start.name ?? []).withUnsafeBytes { push(found, name: $0) }
    }

    /// Puts a directory on top: the root, or a sub-directory of the one that `next` returned last.
    mutating func push(_ directory: Found, name: UnsafeRawBufferPointer) {
        names.append(contentsOf: name)
        items.append(Item(directory: directory, nameLength: name.count))
    }

    /// Takes the directory on top and goes there.
    mutating func next() -> Found? {
        guard let item = items.popLast() else { return nil }
        while pathDepth > max(0, item.directory.depth - 1) {
            path.removeLast()
            pathDepth -= 1
        }
        let nameStart = names.count - item.nameLength
        if item.directory.depth > 0 {
            names.withUnsafeBytes { path.append(UnsafeRawBufferPointer(rebasing: $0[nameStart...])) }
            pathDepth += 1
        }
        names.removeSubrange(nameStart...)
        digests.leave(to: item.directory.depth)
        return item.directory
    }

    /// Says what the directory that `next` returned last looks like, before its sub-directories are pushed.
    mutating func enter(_ digest: DirectoryDigest?) { digests.enter(digest) }

    /// Gives away what came first, in equal parts for so many others: the directories nearest to the root, and so the most work.
    ///
    /// - Returns: fewer when there are not so many directories; one always stays.
    mutating func takeShares(for others: Int) -> [PendingDirectories] {
        (0..<others).compactMap { takeShare(of: others + 1 - $0) }
    }

    private mutating func takeShare(of parts: Int) -> PendingDirectories? {
        guard items.count > 1 else { return nil }
        let count = max(1, items.count / parts)
        var share = PendingDirectories()
        share.path = path
        share.pathDepth = pathDepth
        share.digests = digests
        share.items = Array(items[..<count])
        let nameCount = share.items.reduce(0) { $0 + $1.nameLength }
        share.names = Array(names[..<nameCount])
        items.removeFirst(count)
        names.removeFirst(nameCount)
        return share
    }
}
