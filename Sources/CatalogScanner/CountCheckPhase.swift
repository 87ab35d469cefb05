import CatalogCore
import CatalogDatabase
import CatalogJobs
import Logging

/// Compares figures with the rows that they are about and puts them right, as a full scan does with every derived figure: the counters of its
/// root, and the groups of equal files of all roots. Nothing but a damaged database, or an error of ours, makes them differ.
struct CountCheckPhase {
    let scan: ScanContext
    private let logger = Logger(label: "scan")

    init(scan: ScanContext) {
        self.scan = scan
    }

    /// Blocks. What others write meanwhile changes rows and figures alike, so that the difference stays the same.
    func run() throws {
        try checkCounters()
        try scan.stop.check()
        try checkGroups()
    }

    private func checkCounters() throws {
        let counts = EntryCountStore(rootID: scan.rootID)
        let drift = try scan.database.readBlocking { try counts.drift(on: $0) }
        guard !drift.isEmpty else { return }
        warn("the counters of a storage root were wrong, and are right now")
        try scan.database.writeBlocking { connection in
            _ = try scan.sideWrites.takeTurn(on: connection)
            try counts.add(drift, on: connection)
        }
    }

    private func checkGroups() throws {
        guard try !scan.database.readBlocking({ try DuplicateGroupStore.isRight(on: $0) }) else { return }
        warn("groups of equal files were wrong, and are right now")
        try scan.database.writeBlocking { try DuplicateGroupStore(now: scan.time.now).derive(on: $0) }
    }

    private func warn(_ text: Logger.Message) {
        logger.warning(text, metadata: ["root_id": "\(scan.rootID)", "scan_id": "\(scan.id)"])
    }
}
