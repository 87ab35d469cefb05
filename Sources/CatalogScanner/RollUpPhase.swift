import CatalogCore
import CatalogDatabase

/// Computes the recursive figures of every directory of a root from the direct ones, and writes those that changed.
struct RollUpPhase {
    let scan: ScanContext

    /// Blocks. Rows written in one transaction stay below what another writer can wait for.
    func run() throws {
        let entries = scan.entries
        var rows = try scan.database.readBlocking { try entries.directoryTotals(on: $0) }
        rows.addUp()
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
}
