import CatalogCore

/// Which directories of a root are watched under which numbers.
struct WatchedTree {
    private struct Node {
        let parent: Int32
        let name: [UInt8]
        var children: [Int32] = []
    }

    private struct Place: Hashable {
        let parent: Int32
        let name: [UInt8]
    }

    private var nodes: [Int32: Node] = [:]
    private var numbers: [Place: Int32] = [:]
    private(set) var root: Int32?
    /// No directory has this number.
    private static let nothing: Int32 = -1

    var count: Int { nodes.count }

    /// Notes a directory whose parent is noted already. What was noted there before is somewhere else now, or gone.
    ///
    /// - Returns: false when the parent is not.
    mutating func insert(_ number: Int32, at path: NativePath) -> Bool {
        guard !path.isRoot else {
            root = number
            nodes[number] = Node(parent: Self.nothing, name: [])
            return true
        }
        var above = path
        above.removeLast()
        guard let parent = self.number(of: above) else { return false }
        let name = Array(path.lastName)
        // It cannot be in itself: what is noted of it is older than that.
        guard !forget(number).contains(parent) else { return false }
        if let other = child(name, of: parent) { forget(other) }
        nodes[number] = Node(parent: parent, name: name)
        numbers[Place(parent: parent, name: name)] = number
        nodes[parent]?.children.append(number)
        return true
    }

    /// Where a directory is; nil for one that is not noted.
    func path(of number: Int32) -> NativePath? {
        var names: [[UInt8]] = []
        var next = number
        while next != root {
            guard let node = nodes[next] else { return nil }
            names.append(node.name)
            next = node.parent
        }
        var path = NativePath()
        for name in names.reversed() { path.append(name) }
        return path
    }

    func child(_ name: [UInt8], of parent: Int32) -> Int32? { numbers[Place(parent: parent, name: name)] }

    /// Forgets a directory and all below it.
    ///
    /// - Returns: their numbers.
    @discardableResult mutating func forget(_ number: Int32) -> [Int32] {
        guard let top = nodes[number] else { return [] }
        nodes[top.parent]?.children.removeAll { $0 == number }
        var forgotten: [Int32] = []
        var next = [number]
        while let number = next.popLast(), let node = nodes.removeValue(forKey: number) {
            numbers[Place(parent: node.parent, name: node.name)] = nil
            forgotten.append(number)
            next += node.children
        }
        if number == root { root = nil }
        return forgotten
    }

    private func number(of path: NativePath) -> Int32? {
        path.bytes.split(separator: UInt8(ascii: "/")).reduce(root) { number, name in
            number.flatMap { child(Array(name), of: $0) }
        }
    }
}
