import CatalogCore
import Glibc

/// The order by path: the folded names from the root's on, joined by `/`.
struct PathOrder: HitOrder {
    struct Place {
        /// The path of the directory, with a `/` at its end.
        let directory: UnsafeBufferPointer<UInt8>
        let hit: NameHit

        var length: Int { directory.count + hit.length }

        @inline(__always)
        func byte(_ index: Int) -> UInt8 {
            index < directory.count ? directory[index] : hit.text[index - directory.count]
        }
    }

    let paths: DirectoryPaths
    let isDescending: Bool

    func place(of hit: NameHit) -> Place {
        Place(directory: paths.path(ofDirectory: hit.parent, in: hit.root), hit: hit)
    }

    func id(of place: Place) -> EntryID { place.hit.id }

    func prefix(of place: Place) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word = word << 8 | UInt64(index < place.length ? place.byte(index) : 0) }
        return isDescending ? ~word : word
    }

    func precedes(_ first: Place, _ second: Place) -> Bool {
        let shared = min(first.directory.count, second.directory.count)
        if let left = first.directory.baseAddress, let right = second.directory.baseAddress {
            let difference = memcmp(left, right, shared)
            if difference != 0 { return (difference < 0) != isDescending }
        }
        for index in shared..<max(shared, min(first.length, second.length)) {
            let (left, right) = (first.byte(index), second.byte(index))
            if left != right { return (left < right) != isDescending }
        }
        if first.length != second.length { return (first.length < second.length) != isDescending }
        return first.hit.id < second.hit.id
    }

    func byte(of place: Place, at index: Int) -> UInt8 {
        let flip: UInt8 = isDescending ? 0xFF : 0
        if index < place.length { return place.byte(index) ^ flip }
        if index == place.length { return flip }
        return bigEndianByte(UInt64(bitPattern: place.hit.id), index - place.length - 1)
    }

    func byteCount(of place: Place) -> Int { place.length + 1 + placeIDBytes }
}

/// The folded paths of all directories of a pack, made for one query: about 100 bytes for each.
final class DirectoryPaths {
    private struct Directory {
        let id: EntryID
        let parent: EntryID
        let root: RootID
        let name: UnsafeRawBufferPointer
    }

    /// By ascending id, as the paths are.
    private let ids: UnsafeBufferPointer<EntryID>
    private let paths: UnsafeMutableBufferPointer<UnsafeBufferPointer<UInt8>>
    private var roots: [RootID: UnsafeBufferPointer<UInt8>] = [:]
    private let empty: UnsafeBufferPointer<UInt8>
    private var arena = Arena()

    /// Reads the directories out of `segments`; those of roots without a name stand below an empty one.
    init(_ segments: [PackSegment], rootNames: [RootID: String]) {
        let end = [UInt8(ascii: "/")]
        var arena = Arena()
        empty = arena.copy(end)
        for (root, name) in rootNames { roots[root] = arena.copy(Array(TextFold.fold(name).utf8) + end) }
        var directories = DirectoryPaths.directories(in: segments, of: rootNames)
        directories.sort { $0.id < $1.id }
        ids = arena.copy(directories.map(\.id))
        paths = .allocate(capacity: directories.count)
        // No path at all: not made yet.
        paths.initialize(repeating: UnsafeBufferPointer(start: nil, count: 0))
        self.arena = arena
        for index in directories.indices { makePath(index, directories) }
    }

    deinit {
        paths.deallocate()
        for allocation in arena.allocations { allocation.deallocate() }
    }

    /// The path of a directory with a `/` at its end; of one without a name, that of its root.
    func path(ofDirectory id: EntryID, in root: RootID) -> UnsafeBufferPointer<UInt8> {
        index(of: id).map { paths[$0] } ?? roots[root] ?? empty
    }

    private func index(of id: EntryID) -> Int? {
        let index = place(of: id, in: ids)
        return index < ids.count && ids[index] == id ? index : nil
    }

    /// Makes the path of a directory and of all above it that have none yet, from the top down.
    private func makePath(_ index: Int, _ directories: [Directory]) {
        var missing: [Int] = []
        var next: Int? = index
        while let current = next, paths[current].isEmpty {
            missing.append(current)
            // A directory inside of itself cannot be; if the catalog says so nevertheless, this ends the loop.
            paths[current] = roots[directories[current].root] ?? empty
            next = self.index(of: directories[current].parent)
        }
        for index in missing.reversed() {
            let directory = directories[index]
            let above = path(ofDirectory: directory.parent, in: directory.root)
            paths[index] = arena.path(above, directory.name)
        }
    }

    private static func directories(in segments: [PackSegment], of roots: [RootID: String]) -> [Directory] {
        var directories: [Directory] = []
        for segment in segments {
            for index in 0..<PackLayout.blocksPerSegment {
                let block = segment.block(index)
                let count = block.count
                let root = block.rootID
                guard count > 0, roots[root] != nil else { continue }
                for number in 0..<count {
                    let record = block.record(number)
                    guard record.kind == EntryKind.directory.rawValue, !record.isDead else { continue }
                    directories.append(
                        Directory(id: record.id, parent: record.parent, root: root, name: block.name(number)))
                }
            }
        }
        return directories
    }
}
