import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Plans to remove duplicates, as their tables have them.
struct DuplicatePlanStore: Sendable {
    let database: any Database
    let time: TimeSource

    /// A plan that is made; nil for any other.
    func find(_ id: Int64) async throws -> DuplicatePlan? {
        try await database.read { try Self.find(id, on: $0) }
    }

    static func find(_ id: Int64, on connection: any SQLConnection) throws -> DuplicatePlan? {
        try connection.firstRow(DuplicatePlanQueries.find, [.integer(id)], DuplicatePlan.init(row:))
    }

    /// One page of its names.
    func files(of plan: DuplicatePlan, _ filter: PlannedFiles.Filter, _ page: Page) async throws -> PlannedFiles {
        try await database.read { connection in
            var files = PlannedFiles(total: plan.count(of: filter.states), page: page)
            let values: [SQLValue] = [
                .integer(plan.id), .integer(filter.states.lowerBound), .integer(filter.states.upperBound),
                .integer(Int64(page.limit)), .integer(Int64(page.offset)),
            ]
            var last: Int64?
            try connection.forEachRow(DuplicatePlanQueries.page, values) { row in
                if row.integer(0) != last { files.groups.append(PlannedFiles.Group(row: row)) }
                last = row.integer(0)
                files.groups[files.groups.count - 1].files.append(PlannedFiles.File(row: row))
                files.count += 1
                return true
            }
            return files
        }
    }

    /// The storage roots that files of a plan are in, and whether some are to be removed there.
    func roots(of plan: Int64) async throws -> [(id: RootID, losesFiles: Bool)] {
        try await database.read { connection in
            try connection.rows(DuplicatePlanQueries.roots, [.integer(plan)]) { ($0.integer(0), $0.bool(1)) }
        }
    }

    /// Forgets plans that are too old, and those of a user beyond as many as are kept.
    func forgetSuperfluous(of user: UserID, jobs: JobStore) async throws {
        let now = time.now
        let values: [SQLValue] = [
            .integer(now - Limits.duplicatePlanKeptMicroseconds), .integer(user),
            .integer(Int64(Limits.duplicatePlansKept)), .integer(now - Limits.duplicatePlanMicroseconds),
        ]
        let plans = try await database.read { connection in
            try connection.rows(DuplicatePlanQueries.superfluous, values) { $0.integer(0) }
        }
        for plan in plans { try await forget(plan, jobs: jobs) }
    }

    /// Forgets a plan that nobody applies now, a part of it at a time: its row goes last, so that a cut one is found again.
    func forget(_ plan: Int64, jobs: JobStore) async throws {
        let last = try await database.read { connection in
            try connection.firstRow(DuplicatePlanQueries.lastPosition, [.integer(plan)]) { $0.integer(0) } ?? 0
        }
        var position: Int64 = 0
        while position < last {
            position = min(position + Limits.duplicatePlanRowsAtOnce, last)
            let end = position
            try await database.write { connection in
                for statement in DuplicatePlanQueries.forgetRows {
                    try connection.execute(statement, [.integer(plan), .integer(end)])
                }
            }
        }
        try await database.write { connection in
            if let job = try Self.find(plan, on: connection)?.jobID { try jobs.forget(job, on: connection) }
            try connection.execute(DuplicatePlanQueries.forget, [.integer(plan)])
        }
    }
}

// MARK: - Applying

/// A name that is to be removed, and the one that stays.
struct PlannedRemoval: Sendable {
    struct Name: Sendable {
        let entryID: EntryID
        let rootID: RootID
        let path: String
        let modifiedNS: Int64
    }

    let position: Int64
    let spare: Name
    let freedBytes: Int64
    /// Whether an earlier attempt may have set it aside.
    let wasBegun: Bool
    let sizeBytes: Int64
    let kept: Name
    let keptPosition: Int64

    /// Columns as in `DuplicatePlanQueries.next`.
    init(row: SQLRow) {
        position = row.integer(0)
        spare = Name(
            entryID: row.integer(1), rootID: row.integer(2), path: row.text(3), modifiedNS: row.integer(4))
        freedBytes = row.integer(5)
        wasBegun = row.integer(6) == PlannedFiles.State.leaving.rawValue
        sizeBytes = row.integer(7)
        kept = Name(
            entryID: row.integer(8), rootID: row.integer(9), path: row.text(10), modifiedNS: row.integer(11))
        keptPosition = row.integer(12)
    }
}

extension DuplicatePlanStore {
    /// A name of the plan that changed since it was made, as people read it; nil for none.
    func changed(in plan: Int64) async throws -> String? {
        try await database.read { connection in
            try connection.firstRow(DuplicatePlanQueries.changed, [.integer(plan)]) { "\($0.text(1)):\($0.text(0))" }
                ?? Self.moved(in: plan, connection)
        }
    }

    /// A name of the plan that is at another place now.
    private static func moved(in plan: Int64, _ connection: any SQLConnection) throws -> String? {
        var paths = EntryPathStore(connection: connection, scope: .everything)
        var position: Int64 = 0
        while true {
            let values: [SQLValue] = [.integer(plan), .integer(position), .integer(Limits.duplicatePlanPlacesAtOnce)]
            let page = try connection.rows(DuplicatePlanQueries.places, values) { row in
                (position: row.integer(0), entry: row.integer(1), path: row.text(2), root: row.text(3))
            }
            guard let last = page.last else { return nil }
            let found = try paths.entries(page.map(\.entry)).map { ($0.entry.id, $0.path.text) }
            let places = Dictionary(found, uniquingKeysWith: { first, _ in first })
            if let other = page.first(where: { places[$0.entry] != $0.path }) { return "\(other.root):\(other.path)" }
            position = last.position
        }
    }

    /// Whether a file of it is set aside, since its removal broke off. Only the plan knows where.
    func isUnsettled(_ plan: Int64) async throws -> Bool {
        try await database.read {
            try $0.firstRow(DuplicatePlanQueries.unsettled, [.integer(plan)]) { _ in true } ?? false
        }
    }

    /// Which job applies it from now on.
    func setJob(_ job: JobID, of plan: Int64, on connection: any SQLConnection) throws {
        try connection.execute(DuplicatePlanQueries.setJob, [.integer(plan), .integer(job), .integer(time.now)])
    }

    /// Names that are still to be removed, behind a position.
    func next(of plan: Int64, after position: Int64) async throws -> [PlannedRemoval] {
        let values: [SQLValue] = [
            .integer(plan), .integer(position), .integer(Int64(Limits.duplicatePlanFilesAtOnce)),
        ]
        return try await database.read { connection in
            try connection.rows(DuplicatePlanQueries.next, values, PlannedRemoval.init(row:))
        }
    }

    /// Whether the catalog has a name of a plan as it was: a row that is there, with its size, time and content.
    static func isAsPlanned(_ position: Int64, of plan: Int64, on connection: any SQLConnection) throws -> Bool {
        let values: [SQLValue] = [.integer(plan), .integer(position)]
        return try connection.firstRow(DuplicatePlanQueries.isAsPlannedNow, values) { _ in true } ?? false
    }

    static func setState(
        _ state: PlannedFiles.State, of removal: PlannedRemoval, in plan: Int64, note: String? = nil,
        on connection: any SQLConnection
    ) throws {
        try connection.execute(
            DuplicatePlanQueries.setState,
            [.integer(plan), .integer(removal.position), .integer(state.rawValue), .optional(note)])
    }

    /// Adds to what a plan has come to.
    func add(
        removed: Int64 = 0, bytes: Int64 = 0, skipped: Int64 = 0, to plan: Int64, on connection: any SQLConnection
    ) throws {
        try connection.execute(
            DuplicatePlanQueries.addToPlan,
            [.integer(plan), .integer(removed), .integer(bytes), .integer(skipped), .integer(time.now)])
    }
}

// MARK: - Rows

extension DuplicatePlan {
    /// Names in some states.
    fileprivate func count(of states: ClosedRange<Int64>) -> Int64 {
        let counts: [PlannedFiles.State: Int64] = [
            .kept: keptFiles, .planned: plannedFiles - removedFiles - skippedFiles, .removed: removedFiles,
            .skipped: skippedFiles,
        ]
        return counts.reduce(0) { $0 + (states.contains($1.key.rawValue) ? $1.value : 0) }
    }
}

extension PlannedFiles.Group {
    /// Columns as in `DuplicatePlanQueries.page`.
    fileprivate init(row: SQLRow) {
        self.init(
            id: row.integer(1), hash: row.bytes(2), sizeBytes: row.integer(3), keptID: row.integer(4),
            keptPath: row.text(5), keptRoot: row.text(6), files: [])
    }
}

extension PlannedFiles.File {
    /// Columns as in `DuplicatePlanQueries.page`.
    fileprivate init(row: SQLRow) {
        self.init(
            entryID: row.integer(7), rootName: row.text(8), path: row.text(9), rule: row.text(10),
            reason: row.text(11), freedBytes: row.integer(12), modifiedNS: row.integer(13),
            state: PlannedFiles.State(rawValue: row.integer(14)) ?? .planned, note: row.optionalText(15))
    }
}
