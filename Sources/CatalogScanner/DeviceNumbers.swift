import CatalogCore
import CatalogDatabase
import CatalogStorage

/// Devices below a root that have other numbers than when they were seen last: the system gives them anew with each start, and one may get
/// what another one had.
///
/// Were each taken over when a walk comes by, two that have changed places would become one on the way, and what is mounted below the
/// root would not be known as that any more.
struct DeviceNumbers {
    private let changes: [(old: Int64, new: Int64)]

    /// Blocks.
    ///
    /// - Parameter look: what is at the path of a directory now.
    init(of tree: KnownTree, look: (NativePath) throws -> StorageEntry) {
        var found: [Int64: Set<Int64>] = [:]
        for (path, known) in tree.mountPoints() {
            guard let now = try? look(path), now.inode == known.inode, now.birthNS == known.birthNS else { continue }
            found[known.device, default: []].insert(now.device)
        }
        // One that is two now, or two that are one, says nothing.
        let clear = found.compactMap { old, new in new.count == 1 ? new.first.map { (old: old, new: $0) } : nil }
        let counts = Dictionary(grouping: clear, by: \.new).mapValues(\.count)
        let given = clear.filter { $0.old != $0.new && counts[$0.new] == 1 }.sorted { $0.old < $1.old }
        // A device that is away and whose number another one has now gets one that no device has, until it is back.
        let devices = Set(tree.directories.map(\.device))
        let away = Set(given.map(\.new)).intersection(devices).subtracting(given.map(\.old))
        let free = min(0, devices.min() ?? 0) - 1
        changes = away.sorted().enumerated().map { (old: $1, new: free - Int64($0)) } + given
    }

    /// Whether all are what they were.
    var isEmpty: Bool { changes.isEmpty }

    /// Gives the rows of all directories their new numbers, in the transaction of its caller.
    func write(_ entries: EntryStore, on connection: any SQLConnection) throws {
        // By way of numbers that no device has, since one may be new here and old there.
        for (index, change) in changes.enumerated() {
            try entries.renumberDevice(from: change.old, to: Int64.min + Int64(index), on: connection)
        }
        for (index, change) in changes.enumerated() {
            try entries.renumberDevice(from: Int64.min + Int64(index), to: change.new, on: connection)
        }
    }
}
