import CatalogCore
import Crypto

/// The members of an archive, numbered in the order in which they stand in it.
struct ArchiveMembers: Sendable {
    private let tree: ArchiveTree
    private let order: [Int32]
    /// Nodes that have another name here than on their storage.
    private let renamed: [Int32: [UInt8]]

    init(tree: ArchiveTree, order: [Int32], renamed: [Int32: [UInt8]]) {
        (self.tree, self.order, self.renamed) = (tree, order, renamed)
    }

    var count: Int { order.count }
    var fileBytes: Int64 { tree.fileBytes }

    func isDirectory(_ member: Int) -> Bool { node(member).isDirectory }
    func entryID(_ member: Int) -> EntryID { node(member).entryID }
    /// 0 for a directory.
    func sizeBytes(_ member: Int) -> Int64 { node(member).state.sizeBytes }
    func modifiedNS(_ member: Int) -> Int64 { node(member).state.modifiedNS }
    func state(_ member: Int) -> MemberState { node(member).state }

    private func node(_ member: Int) -> ArchiveTree.Node { tree.nodes[Int(order[member])] }

    /// Bytes of `name`.
    func nameLength(_ member: Int) -> Int {
        var number = order[member]
        var length = tree.nodes[Int(number)].isDirectory ? 1 : 0
        while number >= 0 {
            length += (renamed[number]?.count ?? tree.name(number).count) + 1
            number = tree.nodes[Int(number)].parent
        }
        return length - 1
    }

    /// The path in the archive; that of a directory ends with a slash.
    func name(_ member: Int) -> [UInt8] {
        // Filled from its end, since each node knows what is above it.
        var path = [UInt8](repeating: UInt8(ascii: "/"), count: nameLength(member))
        var end = path.count - (isDirectory(member) ? 1 : 0)
        var number = order[member]
        while number >= 0 {
            let name = renamed[number].map { $0[...] } ?? tree.name(number)
            path.replaceSubrange((end - name.count)..<end, with: name)
            end -= name.count + 1
            number = tree.nodes[Int(number)].parent
        }
        return path
    }

    /// The last name of a member's path, as the storage has it.
    func ownName(_ member: Int) -> [UInt8] { Array(tree.name(order[member])) }

    func rootID(_ member: Int) -> RootID { top(of: order[member]).top.rootID }

    /// Where a member is on its storage.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what can be no path.
    func path(_ member: Int) throws -> StoragePath {
        let (top, names) = top(of: order[member])
        return try StoragePath(components: top.path.components + names.reversed().map { Array($0) })
    }

    /// What was chosen above a node, and the names on the way up to it.
    private func top(of node: Int32) -> (top: ArchiveTree.Top, names: [ArraySlice<UInt8>]) {
        var names: [ArraySlice<UInt8>] = []
        var number = node
        while true {
            let parent = tree.nodes[Int(number)].parent
            guard parent >= 0 else { return (tree.tops[Int(-1 - parent)], names) }
            names.append(tree.name(number))
            number = parent
        }
    }

    /// The first file of each root: what shows whether its storage is there.
    var firstFiles: [Int] {
        var seen: Set<RootID> = []
        var found: [Int] = []
        let roots = Set(tree.tops.map(\.rootID)).count
        for member in 0..<count where seen.count < roots && !isDirectory(member) {
            if seen.insert(rootID(member)).inserted { found.append(member) }
        }
        return found
    }

    /// A strong tag for an archive of these members: other names, sizes or times are another tag, and so is anything else that happens to
    /// a file. What is in a directory says itself what it is.
    ///
    /// - Parameter layout: which layout the archive has, with its version.
    func etag(_ layout: String) -> String {
        var hash = SHA256()
        hash.update(data: Array(layout.utf8))
        for member in 0..<count {
            hash.update(data: name(member))
            let (state, isDirectory) = (state(member), isDirectory(member))
            let parts = (UInt64(0), state.sizeBytes, state.modifiedNS, isDirectory ? 0 : state.changedNS)
            withUnsafeBytes(of: parts) { hash.update(bufferPointer: $0) }
        }
        let digits = Array("0123456789abcdef".utf8)
        let text = hash.finalize().prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\"" + String(decoding: text, as: UTF8.self) + "\""
    }
}
