package import CatalogCore
package import CatalogDatabase
import CatalogJobs
import Foundation

/// The rules of hashing: when a root is looked at, and what becomes of its hashes when it goes.
package struct HashService: Sendable {
    /// The kind of its jobs.
    package static let kind = "hash"

    private let database: any Database
    private let jobs: JobStore
    let store: HashStore
    private let time: TimeSource

    /// The rules over one database; every process may have its own.
    package init(database: any Database, time: TimeSource = .system) {
        (self.database, self.time) = (database, time)
        jobs = JobStore(database: database, time: time)
        store = HashStore(database: database, time: time)
    }

    /// Has the files of a root looked at that may be duplicates and were not read yet. A job that waits or runs does it, if there is
    /// one; nothing is done for a root that does not look for duplicates.
    ///
    /// - Parameters:
    ///   - spread: how often the job may ask for others, of roots whose files came to be of interest by it.
    ///   - delaySeconds: how long it waits at most.
    /// - Returns: the job; nil where there is none.
    @discardableResult
    package func request(
        _ root: RootID, spread: Int = HashRequest.spreadOfScans, delaySeconds: Int64 = 0
    ) async throws -> JobID? {
        do { return try await tryRequest(root, spread, delaySeconds) } catch let error as CatalogError
            where error.code == .alreadyExists || error.code == .conflict
        {
            // Somebody else asked at the same moment: there is a job now.
            return try await tryRequest(root, spread, delaySeconds)
        }
    }

    private func tryRequest(_ root: RootID, _ spread: Int, _ delaySeconds: Int64) async throws -> JobID? {
        let now = time.now
        return try await database.write { connection in
            guard try store.isWanted(root, on: connection) else { return nil }
            let key = Self.key(of: root)
            var request = HashRequest(rootID: root, spread: spread, requestedAt: now)
            if let live = try jobs.live(uniqueKey: key, on: connection) {
                let asked = try HashRequest(json: live.payload)
                request.spread = max(spread, asked.spread)
                try jobs.replacePayload(
                    of: live.id, with: request.json, delaySeconds: delaySeconds, on: connection)
                return live.id
            }
            // Scans come first: whoever waits for one has nothing to look at yet.
            var job = NewJob(
                kind: Self.kind, payload: try request.json, uniqueKey: key, rootID: root, priority: -1,
                attemptsMax: Int(Int32.max))
            job.delaySeconds = delaySeconds
            return try jobs.push(job, on: connection)
        }
    }

    /// Has a root looked at that is back, if it went away while its files were read.
    package func resume(_ root: RootID) async throws {
        guard try await jobs.lastStatus(uniqueKey: Self.key(of: root)) == .failed else { return }
        try await request(root)
    }

    /// Lets a job that waits for its time or for the next day look anew, after the limits of its root were changed.
    package func limitsChanged(of root: RootID) async throws {
        try await database.write { connection in
            guard let live = try jobs.live(uniqueKey: Self.key(of: root), on: connection) else { return }
            try jobs.replacePayload(of: live.id, with: live.payload, on: connection)
        }
    }

    /// Where the hashing of every root stands.
    package func activities() async throws -> [RootID: HashActivity] { try await store.activities() }

    /// Whether files of a root are to be read.
    func isWanted(_ root: RootID) async throws -> Bool {
        try await database.read { try store.isWanted(root, on: $0) }
    }

    /// What a job is asked for by now: others may have asked since it began.
    func currentRequest(of job: JobID) async throws -> HashRequest? {
        try await jobs.find(job).map { try HashRequest(json: $0.payload) }
    }

    /// Forgets the oldest runs of a root.
    func forgetOldRuns(of root: RootID) async throws {
        try await store.forgetOldRuns(of: root, jobs: jobs, key: Self.key(of: root))
    }

    /// Takes the files of a root out of all groups, after it was hidden.
    package func leaveAll(of root: RootID) async throws { try await store.leaveAll(of: root) }

    /// Goes on with that where the end of a process interrupted it.
    package func finishLeaving() async throws {
        for root in try await store.hiddenRoots() { try await store.leaveAll(of: root) }
    }

    /// Forgets everything about a root.
    package func forgetAll(of root: RootID) async throws { try await store.forgetAll(of: root) }

    /// No second job for a root runs at the same time.
    static func key(of root: RootID) -> String { "hash:\(root)" }
}

/// The payload of a hash job.
package struct HashRequest: Sendable, Codable {
    /// A scan may bring files that equal some of another root; reading those may tell that one of the first has to be read whole.
    package static let spreadOfScans = 2

    let rootID: RootID
    /// How often it may ask for jobs of other roots.
    var spread: Int
    /// Microseconds since 1970.
    let requestedAt: Int64

    init(rootID: RootID, spread: Int, requestedAt: Int64) {
        (self.rootID, self.spread, self.requestedAt) = (rootID, spread, requestedAt)
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(HashRequest.self, from: Data(json.utf8))
    }

    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
