package import CatalogCore
import CatalogStorage

/// A node that something has open. Unchecked: it is touched while the tree of its backend is locked.
struct MemoryFile: @unchecked Sendable {
    let node: MemoryNode

    init(_ node: MemoryNode) {
        self.node = node
    }
}

/// An open file of a `MemoryBackend`; it stays the same file whatever happens to its name.
final class MemoryReader: StorageReader {
    let entry: StorageEntry
    private let file: MemoryFile
    private let backend: MemoryBackend

    init(_ file: MemoryFile, _ entry: StorageEntry, _ backend: MemoryBackend) {
        (self.file, self.entry, self.backend) = (file, entry, backend)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try backend.faults.begin(.read)
        let count = backend.with { _ in file.node.read(into: buffer, at: offset) }
        return backend.faults.pass(buffer, count: count, at: offset)
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }

    var isUnchanged: Bool { backend.with { _ in file.node.entry == entry } }
}

/// A file of a `MemoryBackend` that is being written.
final class MemoryWriter: StorageWriter {
    private let file: MemoryFile
    private let backend: MemoryBackend

    init(_ file: MemoryFile, _ backend: MemoryBackend) {
        (self.file, self.backend) = (file, backend)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try backend.faults.begin(.write)
        let taken = backend.faults.take(bytes.count)
        backend.with { tree in
            let offset = file.node.entry.sizeBytes
            file.node.content += backend.faults.stored(Array(bytes.prefix(taken.count)), at: offset)
            file.node.modifiedNS = tree.tick()
        }
        if let error = taken.error { throw error }
    }

    func finish() throws { try backend.faults.begin(.finish) }
}

extension MemoryBackend: StorageFixtureWriter {
    /// Everything in memory can be changed.
    package func protect(_ path: StoragePath, _ isProtected: Bool) throws -> Bool { false }

    package func canHold(_ name: [UInt8]) -> Bool { true }

    package func writeFile(_ path: StoragePath, _ content: [UInt8]) throws {
        try writeFile(path, content, at: 0)
    }

    package func writeFile(_ path: StoragePath, _ content: [UInt8], at offset: Int64) throws {
        try with { tree in
            let (directory, name) = try tree.place(path)
            let node = directory.children[name] ?? tree.make(.file)
            (node.content, node.hole, node.modifiedNS) = (content, offset, tree.tick())
            if directory.children[name] == nil { tree.put(node, name, in: directory) }
        }
    }

    package func content(_ path: StoragePath) throws -> [UInt8] {
        try with { try $0.node(path).content }
    }

    /// Every file, in text form: what a test compares before and after.
    package func files() -> [String: [UInt8]] {
        with { tree in
            var found: [String: [UInt8]] = [:]
            func walk(_ node: MemoryNode, _ path: String) {
                for (name, child) in node.children {
                    let text = (path.isEmpty ? "" : path + "/") + NameEncoding.text(of: name)
                    if child.kind == .file { found[text] = child.content } else { walk(child, text) }
                }
            }
            walk(tree.root, "")
            return found
        }
    }
}
