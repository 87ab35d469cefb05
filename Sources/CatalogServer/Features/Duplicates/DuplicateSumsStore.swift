import CatalogCore
import CatalogDatabase
import Synchronization

/// How many files of each group somebody may see, which no counter knows.
struct DuplicateSums: Sendable {
    /// What may be seen of one group.
    struct Share: Sendable {
        var files: Int64
        /// Of one file.
        let sizeBytes: Int64

        var bytes: Int64 { files * sizeBytes }
    }

    /// By group; also those of which one file may be seen.
    fileprivate(set) var shares: [Int64: Share] = [:]

    var figures: DuplicateFigures {
        shares.values.reduce(into: DuplicateFigures()) { $0.add(files: $1.files, of: $1.sizeBytes) }
    }

    fileprivate mutating func add(_ files: Int64, to group: Int64, size: Int64) {
        shares[group, default: Share(files: 0, sizeBytes: size)].files += files
    }
}

/// Sums up what somebody may see of the groups: roots from their counters, places in roots from the rows below them.
struct DuplicateSumsStore {
    /// A file by one of its several names.
    private struct LinkedFile: Hashable {
        let group: Int64
        /// 0 for what other roots may have too: other machines' disks have no number.
        let root: RootID
        let device: Int64
        let inode: Int64
    }

    let connection: any SQLConnection
    let scope: AccessScope

    func sums(of roots: [RootID]) throws -> DuplicateSums {
        var sums = DuplicateSums()
        let whole = Set(roots.filter(scope.allowsWhole))
        if !whole.isEmpty {
            try connection.forEachRow(DuplicateQueries.sums, [StatisticsQueries.list(whole)]) { row in
                sums.add(row.integer(1), to: row.integer(0), size: row.integer(2))
                return true
            }
        }
        var linked: Set<LinkedFile> = []
        for root in roots where !scope.allowsWhole(root) { try add(root, beside: whole, to: &sums, &linked) }
        return sums
    }

    private func add(
        _ root: RootID, beside whole: Set<RootID>, to sums: inout DuplicateSums, _ linked: inout Set<LinkedFile>
    ) throws {
        let place = try CatalogStore.place(ofRoot: root, scope, connection)
        for path in scope.places(in: root) ?? [] {
            guard let id = try CatalogStore.entryID(of: path, in: place, connection) else { continue }
            var waiting: [EntryID] = []
            var found: [LinkedFile: Int64] = [:]
            try count(DuplicateQueries.entry, id, &found, &waiting)
            while let directory = waiting.popLast() {
                try count(DuplicateQueries.children, directory, &found, &waiting)
            }
            for (file, size) in found where linked.insert(file).inserted {
                if try !isCounted(file, in: whole) { sums.add(1, to: file.group, size: size) }
            }
        }
    }

    /// Whether a hard link of it is in a root that counters have counted.
    private func isCounted(_ file: LinkedFile, in whole: Set<RootID>) throws -> Bool {
        guard file.root == 0, !whole.isEmpty, try hasLinks(file.group) else { return false }
        let values: [SQLValue] = [
            StatisticsQueries.list(whole), .integer(file.group), .integer(file.device), .integer(file.inode),
        ]
        return try connection.firstRow(DuplicateQueries.nameOfFile, values) { _ in true } ?? false
    }

    /// Whether several roots have names of one file of the group.
    private func hasLinks(_ group: Int64) throws -> Bool {
        try connection.firstRow(DuplicateQueries.hasLinks, [.integer(group)]) { _ in true } ?? false
    }

    private func count(
        _ statement: SQLStatement, _ id: EntryID, _ found: inout [LinkedFile: Int64], _ directories: inout [EntryID]
    ) throws {
        try connection.forEachRow(statement, [.integer(id)]) { row in
            if EntryKind(rawValue: row.integer(1)) == .directory { directories.append(row.integer(0)) }
            guard let group = row.optionalInteger(2) else { return true }
            let (device, inode) = (row.integer(4), row.integer(5))
            let file = LinkedFile(group: group, root: device > 0 ? 0 : row.integer(6), device: device, inode: inode)
            // Names that are the only ones of their files differ in the number of their entry.
            found[file] = row.integer(3)
            return true
        }
    }
}

/// Sums of scopes that were asked for lately. One counts as long as no group was changed since.
final class DuplicateSumsCache: Sendable {
    private static let sumsMax = 8

    struct Key: Equatable, Sendable {
        let scope: AccessScope
        let roots: [RootID]
        let generation: Int64
    }

    private let sums = Mutex<[(key: Key, sums: DuplicateSums)]>([])

    subscript(key: Key) -> DuplicateSums? {
        sums.withLock { kept in kept.first { $0.key == key }?.sums }
    }

    func keep(_ new: DuplicateSums, for key: Key) {
        sums.withLock { kept in
            kept.removeAll { $0.key.scope == key.scope && $0.key.roots == key.roots }
            if kept.count >= Self.sumsMax { kept.removeFirst() }
            kept.append((key, new))
        }
    }
}
