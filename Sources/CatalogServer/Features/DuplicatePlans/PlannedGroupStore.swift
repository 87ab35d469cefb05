import CatalogCore
import CatalogDatabase

/// A plan while it is made: the groups that there are for it, and what was decided about them.
struct PlannedGroupStore: Sendable {
    let database: any Database
    let time: TimeSource
    let request: DuplicatePlanRequest
    let scope: AccessScope

    private var rootList: SQLValue { StatisticsQueries.list(Set(request.roots.map(\.id))) }

    /// - Returns: the id of a plan with nothing in it.
    func insertPlan(of user: UserID?) async throws -> Int64 {
        let values: [SQLValue] = [.optional(user), .text(scope.text), .integer(time.now)]
        return try await database.write { connection in
            guard let id = try connection.firstRow(DuplicatePlanQueries.insert, values, { $0.integer(0) }) else {
                throw CatalogError.internalError("an inserted plan has no id")
            }
            return id
        }
    }

    /// Notes all contents that are there more than once, those with the most bytes to spare first.
    ///
    /// - Returns: how many there are.
    func insertGroups(of plan: Int64) async throws -> Int64 {
        let values: [SQLValue] = [
            .integer(plan), rootList, .integer(request.minSize), .integer(Int64(Limits.duplicatePlanGroups)),
        ]
        return try await database.write { connection in
            try connection.execute(DuplicatePlanQueries.insertGroups, values)
            return try connection.firstRow(DuplicatePlanQueries.countGroups, [.integer(plan)]) { $0.integer(0) } ?? 0
        }
    }

    /// Shows the plan to those who may see it.
    func finish(_ plan: Int64, _ sums: PlanSums) async throws {
        let now = time.now
        _ = try await database.write { connection in
            try connection.execute(
                DuplicatePlanQueries.finish,
                [
                    .integer(plan), .bool(sums.isComplete), .integer(sums.groups), .integer(sums.kept),
                    .integer(sums.planned), .integer(sums.bytes), .integer(now),
                ])
        }
    }

    // MARK: Decisions

    /// Writes what is to become of groups, and drops the others of these positions.
    ///
    /// - Returns: the sums with them.
    func save(
        _ decisions: [(position: Int64, decision: GroupDecision)], of positions: ClosedRange<Int64>, in plan: Int64,
        _ before: PlanSums
    ) async throws -> PlanSums {
        try await database.write { connection in
            var sums = before
            for (position, decision) in decisions {
                try write(decision, of: position, in: plan, at: sums.last + 1, connection)
                sums.add(decision)
            }
            try connection.execute(
                DuplicatePlanQueries.dropGroups,
                [.integer(plan), .integer(positions.lowerBound), .integer(positions.upperBound)])
            return sums
        }
    }

    private func write(
        _ decision: GroupDecision, of group: Int64, in plan: Int64, at first: Int64, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            DuplicatePlanQueries.setKeeper, [.integer(plan), .integer(group), .integer(first)])
        try connection.insertRows(DuplicatePlanQueries.files, count: decision.choices.count) { row, index in
            let choice = decision.choices[index]
            let state = choice.isKept ? PlannedFiles.State.kept : .planned
            row.append(plan)
            row.append(first + Int64(index))
            row.append(group)
            row.append(choice.name.entryID)
            row.append(choice.name.rootID)
            Array(choice.name.path.text.utf8).withUnsafeBytes { row.append(text: $0) }
            row.append(choice.name.modifiedNS)
            row.append(choice.freedBytes)
            Array(choice.rule.utf8).withUnsafeBytes { row.append(text: $0) }
            Array(choice.reason.utf8).withUnsafeBytes { row.append(text: $0) }
            row.append(state.rawValue)
        }
    }

    // MARK: What there is

    /// Some of the groups at these positions, the first ones, with the names that may be seen.
    func groups(_ positions: ClosedRange<Int64>, of plan: Int64) async throws -> SpareGroups {
        let values: [SQLValue] = [
            .integer(plan), .integer(positions.lowerBound), .integer(positions.upperBound), rootList,
        ]
        return try await database.read { connection in
            var found = SpareGroups(end: positions.upperBound, isWhole: true)
            let members = try self.members(values, &found, connection)
            var paths = EntryPathStore(connection: connection, scope: scope)
            let known = try paths.entries(members.map(\.entryID))
            let places = Dictionary(known.map { ($0.entry.id, $0) }, uniquingKeysWith: { first, _ in first })
            for member in members {
                guard let place = places[member.entryID], request.path.isAtOrAbove(place.path) else { continue }
                if found.groups.last?.position != member.position {
                    found.groups.append(SpareGroups.Group(position: member.position, sizeBytes: member.sizeBytes))
                }
                found.groups[found.groups.count - 1].names.append(
                    member.name(at: place.path, in: place.entry.rootName))
            }
            return found
        }
    }

    /// The names of as many groups as fit into memory; of a group with too many none.
    private func members(
        _ values: [SQLValue], _ found: inout SpareGroups, _ connection: any SQLConnection
    ) throws -> [GroupMember] {
        let local = Set(request.roots.filter { $0.protocolName == "local" }.map(\.id))
        var members: [GroupMember] = []
        var (group, first, isTooLarge) = (Int64(0), 0, false)
        try connection.forEachRow(DuplicatePlanQueries.members, values) { row in
            let member = GroupMember(row: row, local: local)
            if member.position != group {
                guard members.count < Limits.duplicatePlanGroupFiles else {
                    found.end = member.position - 1
                    return false
                }
                (group, first, isTooLarge) = (member.position, members.count, false)
            }
            guard !isTooLarge else { return true }
            members.append(member)
            if members.count - first > Limits.duplicatePlanGroupFiles {
                members.removeSubrange(first...)
                (isTooLarge, found.isWhole) = (true, false)
            }
            return true
        }
        return members
    }
}

/// A name of a file of a group, whose path is not known yet.
private struct GroupMember {
    let position: Int64
    let sizeBytes: Int64
    let entryID: EntryID
    private let rootID: RootID
    private let file: SpareName.FileKey
    private let modifiedNS: Int64
    private let linkCount: Int64

    /// Columns as in `DuplicatePlanQueries.members`.
    init(row: SQLRow, local: Set<RootID>) {
        (position, sizeBytes, entryID, rootID) = (row.integer(0), row.integer(1), row.integer(2), row.integer(3))
        modifiedNS = row.integer(6)
        let (device, inode) = (row.integer(7), row.integer(8))
        linkCount = inode == 0 ? 1 : max(1, row.integer(9))
        file =
            local.contains(rootID) && inode != 0
            ? .local(device: device, inode: inode)
            : .remote(rootID, device: row.integer(4), inode: row.integer(5))
    }

    func name(at path: StoragePath, in rootName: String) -> SpareName {
        SpareName(
            entryID: entryID, rootID: rootID, rootName: rootName, path: path, modifiedNS: modifiedNS, file: file,
            linkCount: linkCount)
    }
}
