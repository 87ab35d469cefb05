import CatalogCore
import CatalogDatabase

/// Computes the recursive figures of every directory of a root from the direct ones, and writes those that changed.
struct RollUpPhase {
    let scan: ScanContext

    /// Blocks. Rows written in one transaction stay below what another writer can wait for.
    func run() throws {
        let entries = scan.entries
        var rows = try scan.database.readBlocking { try entries.directoryTotals(on: $0) }
        addUp(&rows)
        let changed = rows.filter { $0.total != $0.stored }
        var start = 0
        while start < changed.count {
            let part = changed[start..<min(start + 20_000, changed.count)]
            try scan.database.writeBlocking { connection in
                for row in part { try entries.addToTotals(of: row.id, row.change, on: connection) }
            }
            start = part.endIndex
        }
    }

    /// Adds each directory to its parent, children before parents. Ids do not tell who is deeper (a revived directory is older
    /// than its parent may be), so directories wait until all their sub-directories have been added.
    private func addUp(_ rows: inout [DirectoryTotals]) {
        var positions: [EntryID: Int] = [:]
        positions.reserveCapacity(rows.count)
        for (position, row) in rows.enumerated() { positions[row.id] = position }
        let parents = rows.map { $0.parentID.flatMap { positions[$0] } }
        var openChildren = [Int](repeating: 0, count: rows.count)
        for case let parent? in parents { openChildren[parent] += 1 }
        var ready = rows.indices.filter { openChildren[$0] == 0 }
        while let position = ready.popLast() {
            guard let parent = parents[position] else { continue }
            rows[parent].total.bytes += rows[position].total.bytes
            rows[parent].total.files += rows[position].total.files
            rows[parent].total.directories += rows[position].total.directories
            openChildren[parent] -= 1
            if openChildren[parent] == 0 { ready.append(parent) }
        }
    }
}
