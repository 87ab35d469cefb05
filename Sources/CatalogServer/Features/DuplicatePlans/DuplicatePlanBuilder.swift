import CatalogCore

/// Makes a plan: the contents that are there more than once in one statement, then what becomes of their files, some groups at a time.
/// What is planned is written as it is found, so that memory holds the names of some groups only.
struct DuplicatePlanBuilder: Sendable {
    let store: PlannedGroupStore
    let rules: [KeepRule]

    /// - Returns: the id of the plan.
    func build(by author: Author) async throws -> Int64 {
        let plan = try await store.insertPlan(of: author.userID)
        var sums = PlanSums()
        let last = try await store.insertGroups(of: plan)
        if last >= Limits.duplicatePlanGroups { sums.isComplete = false }
        while sums.looked < last {
            let next = sums.looked + 1
            sums = try await decide(next...min(last, sums.looked + Limits.duplicatePlanGroupsAtOnce), of: plan, sums)
        }
        try await store.finish(plan, sums)
        return plan
    }

    /// Decides about some groups and writes what is to become of them; those of which nothing is to be removed go.
    private func decide(_ positions: ClosedRange<Int64>, of plan: Int64, _ before: PlanSums) async throws -> PlanSums {
        let isFull = before.last >= Limits.duplicatePlanFiles
        let found =
            isFull
            ? SpareGroups(end: positions.upperBound, isWhole: false) : try await store.groups(positions, of: plan)
        let decisions = found.groups.map { group in
            (group.position, GroupDecision(group.names, by: rules, sizeBytes: group.sizeBytes))
        }.filter { $0.1.removesAny }
        var sums = before
        sums.looked = found.end
        if !found.isWhole { sums.isComplete = false }
        return try await store.save(decisions, of: positions.lowerBound...found.end, in: plan, sums)
    }
}

/// What a plan has come to, while it is made.
struct PlanSums: Sendable {
    var groups: Int64 = 0
    /// Names that stay, and those that go.
    var kept: Int64 = 0
    var planned: Int64 = 0
    /// What that frees.
    var bytes: Int64 = 0
    /// Positions that are given.
    var last: Int64 = 0
    /// Groups that were decided about.
    var looked: Int64 = 0
    var isComplete = true

    mutating func add(_ decision: GroupDecision) {
        groups += 1
        last += Int64(decision.choices.count)
        for choice in decision.choices {
            if choice.isKept { kept += 1 } else { planned += 1 }
            bytes += choice.freedBytes
        }
    }
}

/// Groups of a plan that is being made, up to a position.
struct SpareGroups: Sendable {
    /// A group with the names of its files that may be seen.
    struct Group: Sendable {
        let position: Int64
        /// Of one file.
        let sizeBytes: Int64
        var names: [SpareName] = []
    }

    var groups: [Group] = []
    var end: Int64
    /// Whether each of them is small enough to be looked at.
    var isWhole: Bool
}
