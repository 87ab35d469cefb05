import CatalogCore
import CatalogDatabase

/// Compares the counters of a root with its rows and puts them right, as a full scan does with every derived figure.
struct CountCheckPhase {
    let scan: ScanContext

    /// Blocks. What others write meanwhile changes rows and counters alike, so that the difference stays the same.
    func run() throws {
        let counts = EntryCountStore(rootID: scan.rootID)
        let drift = try scan.database.readBlocking { try counts.drift(on: $0) }
        guard !drift.isEmpty else { return }
        try scan.database.writeBlocking { connection in
            _ = try scan.sideWrites.takeTurn(on: connection)
            try counts.add(drift, on: connection)
        }
    }
}
