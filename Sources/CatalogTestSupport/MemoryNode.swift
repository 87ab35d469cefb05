import CatalogCore
import CatalogStorage

/// A file or directory of a `MemoryBackend`. Whoever touches one holds the lock of its backend.
final class MemoryNode {
    let kind: EntryKind
    let inode: Int64
    /// A file's content behind a hole of `hole` bytes.
    var content: [UInt8] = []
    var hole: Int64 = 0
    var children: [[UInt8]: MemoryNode] = [:]
    var modifiedNS: Int64

    init(_ kind: EntryKind, inode: Int64, now: Int64) {
        self.kind = kind
        self.inode = inode
        modifiedNS = now
    }

    var entry: StorageEntry {
        var entry = StorageEntry(kind: kind)
        entry.sizeBytes = kind == .file ? hole + Int64(content.count) : 4_096
        entry.modifiedNS = modifiedNS
        entry.changedNS = modifiedNS
        entry.birthNS = 1
        entry.device = 7
        entry.inode = inode
        entry.linkCount = 1
        return entry
    }

    /// Fills `buffer` from `offset` on, as far as there is something.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let count = Int(max(0, min(Int64(buffer.count), entry.sizeBytes - offset)))
        guard count > 0 else { return 0 }
        let empty = Int(max(0, min(Int64(count), hole - offset)))
        for index in 0..<empty { buffer[index] = 0 }
        let start = Int(max(0, offset - hole))
        content.withUnsafeBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count - empty)])
            UnsafeMutableRawBufferPointer(rebasing: buffer[empty...]).copyMemory(from: part)
        }
        return count
    }

    /// Bytes of all files in it.
    var totalBytes: Int64 { Int64(content.count) + children.values.reduce(0) { $0 + $1.totalBytes } }
}

/// The tree of a `MemoryBackend`, with the errors that every backend gives.
struct MemoryTree {
    let root: MemoryNode
    private var lastInode: Int64 = 1
    private var clock: Int64 = 1_700_000_000_000_000_000

    init() {
        root = MemoryNode(.directory, inode: 1, now: clock)
    }

    /// Moves on with each change, so that each has a time of its own.
    mutating func tick() -> Int64 {
        clock += 1_000_000
        return clock
    }

    func node(_ path: StoragePath) throws -> MemoryNode {
        var node = root
        for name in path.components {
            guard let child = node.children[name] else { throw Self.notFound }
            node = child
        }
        return node
    }

    /// The directory that holds `path`, and the last name.
    func place(_ path: StoragePath) throws -> (directory: MemoryNode, name: [UInt8]) {
        guard let name = path.name, let parent = path.parent else {
            throw CatalogError(.conflict, "The root itself cannot be changed")
        }
        let directory = try node(parent)
        guard directory.kind == .directory else { throw Self.notFound }
        return (directory, name)
    }

    /// A node that is not in the tree yet.
    mutating func make(_ kind: EntryKind) -> MemoryNode {
        lastInode += 1
        return MemoryNode(kind, inode: lastInode, now: tick())
    }

    mutating func put(_ node: MemoryNode?, _ name: [UInt8], in directory: MemoryNode) {
        directory.children[name] = node
        directory.modifiedNS = tick()
    }

    static let notFound = CatalogError(.notFound, "Path not found")
}
