import CatalogCore
import UnixSignals

/// Follows a scan to its end, whoever runs it, and shows how far it is.
struct ScanFollower: Sendable {
    /// How often the scan's row is read: nobody notices a wait of a hundredth of what the scan took, and the shortest one costs a server
    /// of PostgreSQL something.
    private static let pollMicroseconds: ClosedRange<Int64> = 10_000...100_000
    /// How often it is asked whether a server still does the work.
    private static let serverPollMilliseconds = 1_000
    /// How many of these waits other nodes get for a scan of a root that this machine does not reach.
    private static let othersPolls = 10
    /// How long a scan may be queued before that is worth a line: a server that has time begins within a second.
    private static let quietMicroseconds: Int64 = 2_000_000
    private let scans: any ScanCommands
    private let console: Console
    private let time: TimeSource

    init(_ scans: any ScanCommands, console: Console, time: TimeSource = .system) {
        self.scans = scans
        self.console = console
        self.time = time
    }

    /// The scan when it is over; without a server, or once that has stopped, it runs in this process.
    ///
    /// - Throws: `CatalogError.cancelled` when SIGINT or SIGTERM ends the waiting.
    func follow(_ id: Int64) async throws -> ScanSnapshot {
        try await withThrowingTaskGroup(of: ScanSnapshot?.self) { tasks in
            tasks.addTask { try await watch(id) }
            tasks.addTask {
                try await workWhenNoServerDoes(id)
                return nil
            }
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            tasks.addTask {
                for await _ in signals { throw interruption }
                return nil
            }
            defer { tasks.cancelAll() }
            while let result = try await tasks.next() {
                if let scan = result { return scan }
            }
            throw CatalogError(.cancelled, "The scan was not followed to its end")
        }
    }

    private func watch(_ id: Int64) async throws -> ScanSnapshot {
        var display = ScanProgressDisplay(console)
        defer { display.clear() }
        let start = time.now
        while true {
            let scan = try await scans.snapshot(of: id)
            if scan.status.isOver { return scan }
            let isQueued = scan.status == .queued
            if !isQueued || time.now - start >= Self.quietMicroseconds {
                // Who serves matters only for a scan that waits.
                display.show(scan, at: time.now, isServed: isQueued && scans.isServed)
            }
            let wait = min(
                max((time.now - start) / 100, Self.pollMicroseconds.lowerBound), Self.pollMicroseconds.upperBound)
            try await Task.sleep(for: .microseconds(wait))
        }
    }

    /// Until the scan is over, where it may run at all: a server that stops puts its scans back into the queue, where nobody else
    /// would take them.
    private func workWhenNoServerDoes(_ id: Int64) async throws {
        var wasServed = false
        var hasSaidWhose = false
        var polls = 0
        while !Task.isCancelled {
            if scans.isServed {
                wasServed = true
            } else if try await scans.isWorkersOwn(id) {
                if !hasSaidWhose {
                    console.say("Only the worker that has this root in worker.roots reaches it; the scan waits for it.")
                }
                hasSaidWhose = true
            } else if polls < Self.othersPolls, try await isLeftToOthers(id, isFirst: polls == 0) {
                polls += 1
            } else {
                if wasServed { console.say("The server has stopped; this command goes on with the scan.") }
                wasServed = false
                try await scans.runHere(id)
                // Else another process runs it, which may end too.
                if try await scans.snapshot(of: id).status.isOver { return }
            }
            try? await Task.sleep(for: .milliseconds(Self.serverPollMilliseconds))
        }
    }

    /// Whether the scan waits a moment for a node that reaches the root, as this machine does not. Only the first look asks the storage,
    /// which may be silent for long.
    private func isLeftToOthers(_ id: Int64, isFirst: Bool) async throws -> Bool {
        guard isFirst else { return true }
        guard let reason = try await scans.reasonToLeaveToOthers(id) else { return false }
        console.say("This machine does not reach the root (\(reason)); others get a moment.")
        return true
    }

    private var interruption: CatalogError {
        let next =
            scans.isServed
            ? "The server goes on with it." : "What it found so far stays; the same command goes on from there."
        return CatalogError(.cancelled, "Stopped waiting for the scan. \(next)")
    }
}
