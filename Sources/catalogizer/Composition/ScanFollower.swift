import CatalogCore
import UnixSignals

/// Follows a scan to its end, whoever runs it, and shows how far it is.
struct ScanFollower: Sendable {
    /// How often the scan's row is read: twice a second feels alive and costs nothing.
    private static let pollMilliseconds = 500
    private let scans: any ScanCommands
    private let console: Console
    private let time: TimeSource

    init(_ scans: any ScanCommands, console: Console, time: TimeSource = .system) {
        self.scans = scans
        self.console = console
        self.time = time
    }

    /// The scan when it is over; with `runsHere` it runs in this process, for want of a server.
    ///
    /// - Throws: `CatalogError.cancelled` when SIGINT or SIGTERM ends the waiting.
    func follow(_ id: Int64, runsHere: Bool) async throws -> ScanSnapshot {
        try await withThrowingTaskGroup(of: ScanSnapshot?.self) { tasks in
            tasks.addTask { try await watch(id, runsHere: runsHere) }
            if runsHere {
                tasks.addTask {
                    try await scans.runHere(id)
                    return nil
                }
            }
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            tasks.addTask {
                for await _ in signals { throw interruption(runsHere: runsHere) }
                return nil
            }
            defer { tasks.cancelAll() }
            while let result = try await tasks.next() {
                if let scan = result { return scan }
            }
            throw CatalogError(.cancelled, "The scan was not followed to its end")
        }
    }

    private func watch(_ id: Int64, runsHere: Bool) async throws -> ScanSnapshot {
        var display = ScanProgressDisplay(console)
        defer { display.clear() }
        while true {
            let scan = try await scans.snapshot(of: id)
            if scan.status.isOver { return scan }
            // A scan that this process runs starts within moments; only behind a server there may be a queue.
            if !runsHere || scan.status != .queued { display.show(scan, at: time.now) }
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
    }

    private func interruption(runsHere: Bool) -> CatalogError {
        let next =
            runsHere
            ? "What it found so far stays; the same command goes on from there."
            : "The server goes on with it."
        return CatalogError(.cancelled, "Stopped waiting for the scan. \(next)")
    }
}
