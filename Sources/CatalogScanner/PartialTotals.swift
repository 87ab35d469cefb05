import CatalogCore
import CatalogDatabase

/// The recursive figures of a few directories and of those above them, as far as they are not what is stored.
struct PartialTotals {
    let entries: EntryStore
    let connection: any SQLConnection

    /// - Parameter changed: directories whose direct figures are others than before, or whose sub-directories are.
    func changed(by changed: Set<EntryID>) throws -> [DirectoryTotals] {
        let rows = try withParents(changed)
        var result: [DirectoryTotals] = []
        /// What the trees below a directory have more than is stored.
        var more: [EntryID: DirectorySums] = [:]
        for id in deepestFirst(rows) {
            guard var row = rows[id] else { continue }
            let base =
                changed.contains(id) ? row.total + (try entries.totalsOfChildren(of: id, on: connection)) : row.stored
            row.total = base + (more[id] ?? DirectorySums())
            guard row.change != DirectorySums() else { continue }
            result.append(row)
            if let parent = row.parentID { more[parent] = (more[parent] ?? DirectorySums()) + row.change }
        }
        return result
    }

    private func withParents(_ ids: Set<EntryID>) throws -> [EntryID: DirectoryTotals] {
        var rows: [EntryID: DirectoryTotals] = [:]
        for id in ids {
            var next: EntryID? = id
            while let id = next, rows[id] == nil, let row = try entries.directoryTotals(of: id, on: connection) {
                rows[id] = row
                next = row.parentID
            }
        }
        return rows
    }

    private func deepestFirst(_ rows: [EntryID: DirectoryTotals]) -> [EntryID] {
        let depths = rows.mapValues { row in
            var (depth, next) = (0, row.parentID)
            while let id = next, let parent = rows[id] { (depth, next) = (depth + 1, parent.parentID) }
            return depth
        }
        return depths.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}
