import CatalogCore
import CatalogJobs
import Foundation

/// Removes what a plan says.
struct DuplicateRemovalJob: JobHandler {
    static let jobKind = "duplicates"
    /// Seconds after which a job that had to wait for another one looks again.
    private static let patienceSeconds: Int64 = 5

    let kind = jobKind
    let remover: DuplicateRemover
    /// What follows the catalog (the search index) catches up.
    let onWritten: @Sendable () async throws -> Void
    private let running = JobSlots(Limits.duplicateRemovalsAtOnce)

    init(remover: DuplicateRemover, onWritten: @escaping @Sendable () async throws -> Void) {
        (self.remover, self.onWritten) = (remover, onWritten)
    }

    func run(_ context: JobContext) async throws {
        let request = try DuplicateRemovalRequest(json: context.job.payload)
        guard running.take() else {
            throw CatalogError.retryLater("Another plan is being applied", seconds: Self.patienceSeconds)
        }
        defer { running.give() }
        var position: Int64 = 0
        while true {
            try context.stop.check()
            let page = try await remover.store.next(of: request.planID, after: position)
            guard let last = page.last else { return }
            position = last.position
            do {
                try await remover.remove(page, of: request, context)
            } catch {
                try? await onWritten()
                throw error
            }
            try await onWritten()
        }
    }
}

/// The payload of such a job.
struct DuplicateRemovalRequest: Sendable, Codable {
    let planID: Int64
    /// When the plan was made, in microseconds since 1970: with its id it names one plan among those of all servers.
    let plannedAt: Int64
    let requester: CopyRequest.Requester

    init(_ plan: DuplicatePlan, by author: Author) {
        (planID, plannedAt, requester) = (plan.id, plan.createdAt, CopyRequest.Requester(author))
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(DuplicateRemovalRequest.self, from: Data(json.utf8))
    }

    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
