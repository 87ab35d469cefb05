package import CatalogCore

/// Looks whether the parts work that requests need.
package actor HealthService {
    /// One thing to look at.
    package struct Check: Sendable {
        let name: String
        let run: @Sendable () async throws -> Void

        /// A look at the part `name`; `run` throws when it does not work.
        package init(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// What was found.
    package struct Report: Sendable {
        /// Name and what is wrong, nil for nothing; in the order of the checks.
        let outcomes: [(name: String, problem: String?)]

        var isHealthy: Bool { outcomes.allSatisfy { $0.problem == nil } }
    }

    /// Everybody may ask, so asking often must not mean looking often.
    private static let cacheMicroseconds: Int64 = 1_000_000

    private let checks: [Check]
    private let time: TimeSource
    private let patience: Duration
    private var last: (report: Report, at: Int64)?
    private var running: Task<Report, Never>?
    /// Checks that have not answered yet, by name: none is made a second time meanwhile.
    private var pending: [String: Task<Void, Never>] = [:]

    /// - Parameters:
    ///   - checks: what must work before the server can serve.
    ///   - patience: how long one check may take; longer counts as failed.
    package init(
        checks: [Check], time: TimeSource = .monotonic, patience: Duration = .seconds(Limits.healthCheckSeconds)
    ) {
        self.checks = checks
        self.time = time
        self.patience = patience
    }

    /// What was found within the last second; callers at the same time share one look.
    package func report() async -> Report {
        if let last, time.now - last.at < HealthService.cacheMicroseconds { return last.report }
        if let running { return await running.value }
        // Owned by this actor until it has its value, two lines below.
        let task = Task { await look() }
        running = task
        let report = await task.value
        running = nil
        last = (report, time.now)
        return report
    }

    private func look() async -> Report {
        var outcomes: [(name: String, problem: String?)] = []
        for check in checks { outcomes.append((check.name, await problem(of: check))) }
        return Report(outcomes: outcomes)
    }

    /// A busy database answers late or never, and a prober must hear of that in time: so the check goes on, and the wait
    /// for it ends.
    private func problem(of check: Check) async -> String? {
        guard pending[check.name] == nil else { return HealthService.noAnswer }
        let (outcomes, outcome) = AsyncStream.makeStream(of: String?.self)
        // Owned by this actor until it has answered.
        pending[check.name] = Task {
            outcome.yield(await HealthService.run(check))
            outcome.finish()
            pending[check.name] = nil
        }
        return await withTaskGroup(of: String?.self) { [patience] group in
            group.addTask {
                for await problem in outcomes { return problem }
                return HealthService.noAnswer
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return HealthService.noAnswer
            }
            let first = await group.next() ?? HealthService.noAnswer
            group.cancelAll()
            return first
        }
    }

    private static let noAnswer = "No answer in time"

    private static func run(_ check: Check) async -> String? {
        do {
            try await check.run()
            return nil
        } catch let error as CatalogError {
            return error.message
        } catch {
            return ErrorText.internalError
        }
    }
}
