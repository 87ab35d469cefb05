import CatalogCore
import CatalogDatabase

/// Computes the recursive figures of the directories of a root from the direct ones, and writes those that changed: of all directories, or
/// of those that a small scan has written and the ones above them.
///
/// Two of them may run at the same time, such as that of a scan that was stopped and that of the next one. Each adds differences, so
/// none may add what another one has added since it looked. Uploads may: they change direct and recursive figures alike.
struct RollUpPhase {
    /// Rows written in one transaction stay below what another writer can wait for.
    private static let rowsPerTransaction = 20_000
    /// How often it begins anew because another one came between two of its transactions, which has left less to do.
    private static let passesMax = 100
    let scan: ScanContext

    /// Blocks.
    func run() throws {
        for _ in 0..<Self.passesMax {
            guard try !pass() else { return }
        }
    }

    /// - Returns: whether all of it was written.
    private func pass() throws -> Bool {
        let (turns, changed) = try scan.database.readBlocking { connection in
            (try scan.sideWrites.rollUpTurns(on: connection), try changedTotals(on: connection))
        }
        for (number, start) in stride(from: 0, to: changed.count, by: Self.rowsPerTransaction).enumerated() {
            let part = changed[start..<min(start + Self.rowsPerTransaction, changed.count)]
            let isNext = try scan.database.writeBlocking { connection in
                let isNext = try scan.sideWrites.takeRollUpTurn(after: turns + Int64(number), on: connection)
                guard isNext else { return false }
                for row in part { try scan.entries.addToTotals(of: row.id, row.change, on: connection) }
                return true
            }
            guard isNext else { return false }
        }
        return true
    }

    private func changedTotals(on connection: any SQLConnection) throws -> [DirectoryTotals] {
        if let changed = scan.changed.all {
            return try PartialTotals(entries: scan.entries, connection: connection).changed(by: changed)
        }
        var rows = try scan.entries.directoryTotals(on: connection)
        rows.addUp()
        return rows.filter { $0.total != $0.stored }
    }
}
