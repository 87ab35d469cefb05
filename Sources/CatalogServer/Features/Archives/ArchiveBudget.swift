import CatalogCore
import Synchronization

/// How many members all archives have together that are built at this moment.
final class ArchiveBudget: Sendable {
    private let membersMax: Int
    private let members = Atomic<Int>(0)

    init(membersMax: Int = Limits.archiveMembersAtOnce) {
        self.membersMax = membersMax
    }

    /// What one archive has of it, until nobody holds it any more.
    final class Share: Sendable {
        private static let step = 1_024
        private let budget: ArchiveBudget
        private let taken = Atomic<Int>(0)

        init(of budget: ArchiveBudget) {
            self.budget = budget
        }

        /// Takes as much as an archive of `count` members needs. One task at a time calls it.
        ///
        /// - Throws: `CatalogError.unavailable` when there is not so much left.
        func grow(to count: Int) throws {
            guard count > taken.load(ordering: .relaxed) else { return }
            let sum = budget.members.wrappingAdd(Self.step, ordering: .relaxed).newValue
            taken.wrappingAdd(Self.step, ordering: .relaxed)
            guard sum <= budget.membersMax else {
                throw CatalogError(
                    .unavailable, "Too many archives are being made, try again later",
                    details: ["retry_after": .integer(Limits.retryAfterSeconds)])
            }
        }

        deinit { budget.members.wrappingSubtract(taken.load(ordering: .relaxed), ordering: .relaxed) }
    }
}
