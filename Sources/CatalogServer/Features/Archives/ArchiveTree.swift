import CatalogCore

/// What a file was when the catalog looked: with anything else here it is another file, whatever its name.
struct MemberState: Sendable, Equatable {
    var sizeBytes: Int64
    /// Nanoseconds since 1970.
    let modifiedNS: Int64
    /// The same; 0 where the storage does not say.
    let changedNS: Int64
}

/// The members of an archive while they are gathered from the catalog: a million of them fit into memory.
struct ArchiveTree: Sendable {
    /// A file or directory of the archive.
    struct Node: Sendable {
        let entryID: EntryID
        let state: MemberState
        /// The directory that holds it; -1 for the first that was chosen, -2 for the second, …
        let parent: Int32
        fileprivate let nameStart: UInt32
        fileprivate let nameLength: UInt16
        let isDirectory: Bool
    }

    /// Something that was chosen, and where it is.
    struct Top: Sendable {
        let rootID: RootID
        let path: StoragePath
    }

    private(set) var nodes: [Node] = []
    private(set) var tops: [Top] = []
    /// Of all files.
    private(set) var fileBytes: Int64 = 0
    private var names: [UInt8] = []
    private let share: ArchiveBudget.Share

    init(share: ArchiveBudget.Share) {
        self.share = share
    }

    /// Adds what was chosen: with its own name, or that of its root.
    ///
    /// - Parameter changedNS: of the entry.
    /// - Returns: its number.
    /// - Throws: as `add`.
    mutating func addTop(_ entry: CatalogEntry, changedNS: Int64, at path: StoragePath) throws -> Int32 {
        tops.append(Top(rootID: entry.rootID, path: path))
        let name = path.name ?? NameEncoding.bytes(of: entry.rootName)
        return try name.withUnsafeBytes { name in
            try add(
                entry.id, name, entry.memberState(changedNS: changedNS), isDirectory: entry.isDirectory,
                in: -Int32(tops.count))
        }
    }

    /// Adds what is in a directory.
    ///
    /// - Returns: its number.
    /// - Throws: `CatalogError.invalidArgument` over `Limits.archiveMembers`; `.unavailable` over what all archives have
    ///   together.
    mutating func add(
        _ entryID: EntryID, _ name: UnsafeRawBufferPointer, _ state: MemberState, isDirectory: Bool, in parent: Int32
    ) throws -> Int32 {
        guard nodes.count < Limits.archiveMembers, names.count + name.count <= Limits.archiveNameBytes else {
            throw CatalogError(
                .invalidArgument, "Too many files for one archive; at most \(Limits.archiveMembers) fit into it")
        }
        try share.grow(to: nodes.count + 1)
        var state = state
        state.sizeBytes = isDirectory ? 0 : max(state.sizeBytes, 0)
        nodes.append(
            Node(
                entryID: entryID, state: state, parent: parent, nameStart: UInt32(names.count),
                nameLength: UInt16(name.count), isDirectory: isDirectory))
        names.append(contentsOf: name)
        let (sum, isTooLarge) = fileBytes.addingReportingOverflow(state.sizeBytes)
        fileBytes = isTooLarge ? .max : sum
        return Int32(nodes.count - 1)
    }

    /// The name of a node as the storage has it.
    func name(_ node: Int32) -> ArraySlice<UInt8> {
        let node = nodes[Int(node)]
        return names[Int(node.nameStart)..<(Int(node.nameStart) + Int(node.nameLength))]
    }

    /// Everything in order: each directory before what is in it, and that by the bytes of the names.
    func sealed() -> ArchiveMembers {
        var children = ArchiveChildren(nodes)
        var renamed: [Int32: [UInt8]] = [:]
        for slot in children.slots {
            if slot > 0 { children.sort(slot) { name($0).lexicographicallyPrecedes(name($1)) } }
            rename(children[slot], isTop: slot == 0, &renamed)
        }
        return ArchiveMembers(tree: self, order: children.inOrder(), renamed: renamed)
    }

    /// Names that cannot stay, and those that would then be there twice. What was chosen may come from several directories.
    private func rename(_ siblings: ArraySlice<Int32>, isTop: Bool, _ renamed: inout [Int32: [UInt8]]) {
        guard isTop || siblings.contains(where: { !ArchiveNames.isPlain(name($0)) }) else { return }
        var giver = ArchiveNameGiver()
        var changed: [(node: Int32, name: [UInt8])] = []
        for node in siblings {
            let own = Array(name(node))
            let safe = ArchiveNames.safe(own)
            if safe != own || !giver.take(own) { changed.append((node, safe)) }
        }
        for (node, name) in changed { renamed[node] = giver.give(name) }
    }
}

extension CatalogEntry {
    /// - Parameter changedNS: which listings do not show.
    func memberState(changedNS: Int64) -> MemberState {
        MemberState(sizeBytes: sizeBytes, modifiedNS: modifiedNS, changedNS: changedNS)
    }
}

/// Which nodes of a tree are in which: slot 0 holds what was chosen, slot n + 1 what is in node n.
private struct ArchiveChildren {
    /// Where each slot begins among `nodes`, and the end of the last.
    private var starts: [Int32]
    private var nodes: [Int32]

    init(_ tree: [ArchiveTree.Node]) {
        starts = [Int32](repeating: 0, count: tree.count + 2)
        for node in tree { starts[Self.slot(of: node) + 1] += 1 }
        for slot in starts.indices.dropFirst() { starts[slot] += starts[slot - 1] }
        var next = starts
        nodes = [Int32](repeating: 0, count: tree.count)
        for (number, node) in tree.enumerated() {
            let slot = Self.slot(of: node)
            nodes[Int(next[slot])] = Int32(number)
            next[slot] += 1
        }
    }

    private static func slot(of node: ArchiveTree.Node) -> Int { Int(max(node.parent, -1)) + 1 }

    var slots: Range<Int> { 0..<(starts.count - 1) }

    subscript(slot: Int) -> ArraySlice<Int32> { nodes[range(slot)] }

    private func range(_ slot: Int) -> Range<Int> { Int(starts[slot])..<Int(starts[slot + 1]) }

    /// Nearly always they are sorted already.
    mutating func sort(_ slot: Int, by precedes: (Int32, Int32) -> Bool) {
        let range = range(slot)
        guard range.count > 1, range.dropFirst().contains(where: { precedes(nodes[$0], nodes[$0 - 1]) }) else { return }
        nodes[range].sort(by: precedes)
    }

    /// Each node before what is in it.
    func inOrder() -> [Int32] {
        var order: [Int32] = []
        order.reserveCapacity(nodes.count)
        var ways = [range(0)]
        while let way = ways.popLast() {
            guard let first = way.first else { continue }
            ways.append(way.dropFirst())
            order.append(nodes[first])
            ways.append(range(Int(nodes[first]) + 1))
        }
        return order
    }
}
