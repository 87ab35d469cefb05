import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogStorage

/// A copy that is a job, as people see it.
struct CopyState: Sendable, Codable {
    let id: JobID
    let requestedBy: UserID?
    private(set) var source: String
    private(set) var destination: String
    /// Empty before its first report.
    let phase: String
    let doneBytes: Int64
    let totalBytes: Int64
    /// `queued`, `running`, `completed`, `failed` or `cancelled`.
    let status: String
    let error: String?
    /// Microseconds since 1970, as all times here.
    let createdAt: Int64
    let startedAt: Int64?
    let endedAt: Int64?

    /// 0 to 100, or nil while nobody can know. What was written is read again: that is the second half.
    var percent: Int64? {
        if status == Job.Status.completed.rawValue { return 100 }
        guard totalBytes > 0 else { return nil }
        let half = min(totalBytes, doneBytes) * 50 / totalBytes
        return phase == TransferProgress.Phase.verifying.rawValue ? 50 + half : half
    }

    /// Leaves out its paths, which may be long and which no listener gets.
    mutating func forgetPlaces() { (source, destination) = ("", "") }

    init(row: SQLRow) {
        id = row.integer(0)
        requestedBy = row.optionalInteger(1)
        source = row.text(2)
        destination = row.text(3)
        phase = row.text(4)
        doneBytes = row.integer(5)
        totalBytes = row.integer(6)
        let jobStatus = row.text(7)
        status = jobStatus == Job.Status.pending.rawValue ? "queued" : jobStatus
        error = row.optionalText(8)
        createdAt = row.integer(9)
        startedAt = row.optionalInteger(10)
        endedAt = row.optionalInteger(11)
    }
}

/// Questions asked of the table of copies.
struct CopyStore: Sendable {
    let database: any Database
    let time: TimeSource

    func find(_ id: JobID) async throws -> CopyState? {
        try await database.read { try $0.firstRow(CopyQueries.find, [.integer(id)], CopyState.init(row:)) }
    }

    /// The same for the job itself. Blocks.
    func findBlocking(_ id: JobID) throws -> CopyState? {
        try database.readBlocking { try $0.firstRow(CopyQueries.find, [.integer(id)], CopyState.init(row:)) }
    }

    /// Writes the row of a job that was just written on `connection`, and forgets the oldest that are over.
    func insert(_ request: CopyRequest, id: JobID, jobs: JobStore, on connection: any SQLConnection) throws {
        try connection.execute(
            CopyQueries.insert,
            [
                .integer(id), .optional(request.requester.userID), .text(request.shownSource),
                .text(request.shownTarget), .integer(time.now),
            ])
        let kept: [SQLValue] = [.integer(Int64(Limits.copiesKept))]
        guard let last = try connection.firstRow(CopyQueries.copyAfter, kept, { $0.integer(0) }) else { return }
        try jobs.forget(kind: CopyJob.jobKind, upTo: last, on: connection)
        try connection.execute(CopyQueries.forget, [.integer(last)])
    }

    // MARK: Parts

    /// The name of what a copy has left beside its destination; nil for nothing. Blocks.
    func partBlocking(of id: JobID) throws -> [UInt8]? {
        try database.readBlocking { connection in
            try connection.firstRow(CopyQueries.part, [.integer(id)]) { $0.optionalText(0) } ?? nil
        }.map { Array($0.utf8) }
    }

    /// Notes that, or that nothing is there. Blocks.
    func notePartBlocking(_ name: [UInt8]?, of id: JobID) throws {
        let text = name.map { String(decoding: $0, as: UTF8.self) }
        _ = try database.writeBlocking { try $0.execute(CopyQueries.notePart, [.integer(id), .optional(text)]) }
    }

    /// Copies behind one that are over and have left something.
    func leftovers(after id: JobID, limit: Int) async throws -> [(id: JobID, request: CopyRequest)] {
        try await database.read { connection in
            try connection.rows(CopyQueries.leftovers, [.integer(id), .integer(Int64(limit))]) { row in
                (id: row.integer(0), request: try CopyRequest(json: row.text(1)))
            }
        }
    }

    /// Notes how far a copy is. Blocks.
    func save(_ progress: TransferProgress, of id: JobID) throws {
        try database.writeBlocking { connection in
            _ = try connection.execute(
                CopyQueries.saveProgress,
                [
                    .integer(id), .text(progress.phase.rawValue), .integer(progress.bytes),
                    .integer(progress.totalBytes), .integer(time.now),
                ])
        }
    }
}
