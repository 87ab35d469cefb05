package import CatalogCore
package import CatalogStorage
import Synchronization

/// A whole storage in memory, which can do everything that a storage may be able to, and fails where a test tells it to.
package final class MemoryBackend: StorageBackend {
    // Nodes are touched while `tree` is locked, and nowhere else.
    struct Tree: @unchecked Sendable {
        var value = MemoryTree()
    }

    /// What goes wrong.
    package let faults = MemoryFaults()
    package let capabilities: StorageCapabilities
    let tree = Mutex(Tree())
    private let identity: String
    private let totalBytes: Int64 = 1 << 50

    /// - Parameters:
    ///   - capabilities: without some of them it says `.unsupported`.
    ///   - identity: which storage it is.
    package init(_ capabilities: StorageCapabilities = everything, identity: String = "memory") {
        self.capabilities = capabilities
        self.identity = identity
    }

    /// All that a backend can do, as far as tests need it.
    package static let everything: StorageCapabilities = [
        .rangeRead, .write, .rename, .atomicRename, .exclusiveRename, .remove, .makeDirectory, .serverSideCopy,
        .freeSpace, .resumableWrite,
    ]

    func with<Value>(_ body: (inout MemoryTree) throws -> Value) rethrows -> Value {
        try tree.withLock { tree in
            // Whatever leaves is a value: nodes stay inside.
            try body(&tree.value)
        }
    }

    private func require(_ capability: StorageCapabilities) throws {
        guard capabilities.contains(capability) else { throw CatalogError(.unsupported, "Not supported") }
    }

    // MARK: Reading

    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        try faults.begin(.list)
        listing.removeAll()
        let path = try directory.storagePath()
        let (own, children) = try with { tree in
            let node = try tree.node(path)
            guard node.kind == .directory else { throw CatalogError(.conflict, "Path is not a directory") }
            return (node.entry, node.children.map { (name: $0.key, entry: $0.value.entry) })
        }
        (listing.modifiedNS, listing.changedNS, listing.birthNS) = (own.modifiedNS, own.changedNS, own.birthNS)
        (listing.device, listing.inode) = (own.device, own.inode)
        for child in children { try child.name.withUnsafeBytes { try listing.append(name: $0, child.entry) } }
    }

    package func stat(_ path: StoragePath) throws -> StorageEntry {
        try faults.begin(.stat)
        return try with { try $0.node(path).entry }
    }

    package func openReader(_ path: StoragePath) throws -> any StorageReader {
        try faults.begin(.openReader)
        let (node, entry) = try tree.withLock { tree in
            let node = try tree.value.node(path)
            guard node.kind == .file else { throw CatalogError(.conflict, "Path is not a file") }
            return (MemoryFile(node), node.entry)
        }
        return MemoryReader(node, entry, self)
    }

    package func probe() throws -> StorageProbe {
        try faults.begin(.probe)
        let used = with { $0.root.totalBytes }
        let knows = capabilities.contains(.freeSpace)
        return StorageProbe(
            identity: identity, device: 7, inode: 1, freeBytes: knows ? totalBytes - used : nil,
            totalBytes: knows ? totalBytes : nil)
    }

    package func close() {}

    // MARK: Writing

    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        try faults.begin(.openWriter)
        try require(.write)
        if offset > 0 { try require(.resumableWrite) }
        let file = try tree.withLock { tree in
            let (directory, name) = try tree.value.place(path)
            let known = directory.children[name]
            if let known, known.kind == .directory { throw CatalogError(.conflict, "Path is a directory") }
            if offset > 0 {
                guard let known, known.entry.sizeBytes == offset else {
                    throw known == nil ? MemoryTree.notFound : CatalogError(.conflict, "The file is not as long")
                }
                return MemoryFile(known)
            }
            let made = tree.value.make(.file)
            tree.value.put(made, name, in: directory)
            return MemoryFile(made)
        }
        return MemoryWriter(file, self)
    }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        try faults.begin(.rename)
        try require(.rename)
        try with { tree in
            let (from, name) = try tree.place(source)
            let (to, newName) = try tree.place(target)
            guard let node = from.children[name] else { throw MemoryTree.notFound }
            if let there = to.children[newName] {
                guard replacing else { throw CatalogError(.alreadyExists, "Path already exists") }
                guard there.kind == node.kind else { throw CatalogError(.conflict, "Path is a directory") }
            }
            tree.put(nil, name, in: from)
            tree.put(node, newName, in: to)
        }
        try faults.end(.rename)
    }

    package func makeDirectory(_ path: StoragePath) throws {
        try faults.begin(.makeDirectory)
        try require(.makeDirectory)
        try with { tree in
            let (directory, name) = try tree.place(path)
            guard directory.children[name] == nil else { throw CatalogError(.alreadyExists, "Path already exists") }
            tree.put(tree.make(.directory), name, in: directory)
        }
    }

    package func remove(_ path: StoragePath) throws {
        try faults.begin(.remove)
        try require(.remove)
        try with { tree in
            let (directory, name) = try tree.place(path)
            guard let node = directory.children[name] else { throw MemoryTree.notFound }
            guard node.children.isEmpty else { throw CatalogError(.conflict, "Directory is not empty") }
            tree.put(nil, name, in: directory)
        }
    }

    package func copy(_ source: StoragePath, to target: StoragePath, onWait: () throws -> Void) throws {
        try faults.begin(.copy)
        try onWait()
        try require(.serverSideCopy)
        try with { tree in
            let node = try tree.node(source)
            guard node.kind == .file else { throw CatalogError(.conflict, "Path is a directory") }
            let (directory, name) = try tree.place(target)
            guard directory.children[name] == nil else { throw CatalogError(.alreadyExists, "Path already exists") }
            let made = tree.make(.file)
            (made.content, made.hole) = (node.content, node.hole)
            if let error = faults.take(made.content.count).error { throw error }
            made.content = faults.stored(made.content, at: made.hole)
            tree.put(made, name, in: directory)
        }
    }
}
