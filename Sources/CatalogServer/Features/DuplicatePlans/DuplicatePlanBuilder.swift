import CatalogCore
import CatalogDatabase

/// Makes a plan: the contents that are there more than once in one statement, then what becomes of their files, some groups at a time.
/// What is planned is written as it is found, so that memory holds the names of some groups only.
struct DuplicatePlanBuilder: Sendable {
    /// What a plan has come to.
    private struct Sums: Sendable {
        var groups: Int64 = 0
        var kept: Int64 = 0
        var planned: Int64 = 0
        var bytes: Int64 = 0
        /// Positions that are given.
        var last: Int64 = 0
        /// Groups that were decided about.
        var looked: Int64 = 0
        var isComplete = true
    }

    /// What is known of a group with the names of its files that may be seen.
    private struct Group: Sendable {
        let position: Int64
        let sizeBytes: Int64
        var names: [SpareName] = []
    }

    /// Groups up to a position.
    private struct Found: Sendable {
        var groups: [Group] = []
        var end: Int64
        /// Whether each of them is small enough to be looked at.
        var isWhole: Bool
    }

    let database: any Database
    let time: TimeSource
    let request: DuplicatePlanRequest
    let scope: AccessScope

    private var rootList: SQLValue { StatisticsQueries.list(Set(request.roots.map(\.id))) }

    /// - Returns: the id of the plan.
    func build(by author: Author) async throws -> Int64 {
        let values: [SQLValue] = [
            .optional(author.userID), .text(scope.text), .integer(time.now),
        ]
        let plan = try await database.write { connection -> Int64 in
            guard let id = try connection.firstRow(DuplicatePlanQueries.insert, values, { $0.integer(0) }) else {
                throw CatalogError.internalError("an inserted plan has no id")
            }
            return id
        }
        var sums = Sums()
        let last = try await insertGroups(plan)
        if last >= Limits.duplicatePlanGroups { sums.isComplete = false }
        while sums.looked < last {
            let next = sums.looked + 1
            sums = try await decide(next...min(last, sums.looked + Limits.duplicatePlanGroupsAtOnce), of: plan, sums)
        }
        try await finish(plan, sums)
        return plan
    }

    /// - Returns: how many there are.
    private func insertGroups(_ plan: Int64) async throws -> Int64 {
        let values: [SQLValue] = [
            .integer(plan), rootList, .integer(request.minSize), .integer(Int64(Limits.duplicatePlanGroups)),
        ]
        return try await database.write { connection in
            try connection.execute(DuplicatePlanQueries.insertGroups, values)
            return try connection.firstRow(DuplicatePlanQueries.countGroups, [.integer(plan)]) { $0.integer(0) } ?? 0
        }
    }

    private func finish(_ plan: Int64, _ sums: Sums) async throws {
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

    /// Decides about some groups and writes what is to become of them; those of which nothing is to be removed go.
    private func decide(_ positions: ClosedRange<Int64>, of plan: Int64, _ before: Sums) async throws -> Sums {
        let isFull = before.last >= Limits.duplicatePlanFiles
        let found = isFull ? Found(end: positions.upperBound, isWhole: false) : try await groups(positions, of: plan)
        let decisions = found.groups.map { group in
            (group.position, GroupDecision(group.names, by: request.rules, sizeBytes: group.sizeBytes))
        }.filter { $0.1.removesAny }
        return try await database.write { connection in
            var sums = before
            sums.looked = found.end
            if !found.isWhole { sums.isComplete = false }
            for (position, decision) in decisions {
                try write(decision, of: position, in: plan, &sums, connection)
            }
            try connection.execute(
                DuplicatePlanQueries.dropGroups,
                [.integer(plan), .integer(positions.lowerBound), .integer(found.end)])
            return sums
        }
    }

    private func write(
        _ decision: GroupDecision, of group: Int64, in plan: Int64, _ sums: inout Sums, _ connection: any SQLConnection
    ) throws {
        let first = sums.last + 1
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
        sums.groups += 1
        sums.last += Int64(decision.choices.count)
        for choice in decision.choices {
            if choice.isKept { sums.kept += 1 } else { sums.planned += 1 }
            sums.bytes += choice.freedBytes
        }
    }

    // MARK: What there is

    /// Some of the groups at these positions, the first ones, with the names that may be seen.
    private func groups(_ positions: ClosedRange<Int64>, of plan: Int64) async throws -> Found {
        let values: [SQLValue] = [
            .integer(plan), .integer(positions.lowerBound), .integer(positions.upperBound), rootList,
        ]
        return try await database.read { connection in
            var found = Found(end: positions.upperBound, isWhole: true)
            let members = try self.members(values, &found, connection)
            var paths = EntryPathStore(connection: connection, scope: scope)
            let known = try paths.entries(members.map(\.entryID))
            let places = Dictionary(known.map { ($0.entry.id, $0) }, uniquingKeysWith: { first, _ in first })
            for member in members {
                guard let place = places[member.entryID], request.path.isAtOrAbove(place.path) else { continue }
                if found.groups.last?.position != member.position {
                    found.groups.append(Group(position: member.position, sizeBytes: member.sizeBytes))
                }
                found.groups[found.groups.count - 1].names.append(
                    member.name(at: place.path, in: place.entry.rootName))
            }
            return found
        }
    }

    /// The names of as many groups as fit into memory; of a group with too many none.
    private func members(
        _ values: [SQLValue], _ found: inout Found, _ connection: any SQLConnection
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
