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
    private var last: (report: Report, at: Int64)?
    private var running: Task<Report, Never>?

    /// `checks` are what must work before the server can serve.
    package init(checks: [Check], time: TimeSource = .monotonic) {
        self.checks = checks
        self.time = time
    }

    /// What was found within the last second; callers at the same time share one look.
    package func report() async -> Report {
        if let last, time.now - last.at < HealthService.cacheMicroseconds { return last.report }
        if let running { return await running.value }
        let checks = self.checks
        // Owned by this actor until it has its value, two lines below.
        let task = Task { await HealthService.look(checks) }
        running = task
        let report = await task.value
        running = nil
        last = (report, time.now)
        return report
    }

    private static func look(_ checks: [Check]) async -> Report {
        var outcomes: [(name: String, problem: String?)] = []
        for check in checks {
            do {
                try await check.run()
                outcomes.append((check.name, nil))
            } catch let error as CatalogError {
                outcomes.append((check.name, error.message))
            } catch {
                outcomes.append((check.name, ErrorText.internalError))
            }
        }
        return Report(outcomes: outcomes)
    }
}
