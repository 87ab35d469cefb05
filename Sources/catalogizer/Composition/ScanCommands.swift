/// `catalogizer scan`.
protocol ScanCommands: Sendable {
    /// Writes the job of a scan.
    ///
    /// - Returns: its id; that of the scan which is queued or running for the root already, if there is one.
    /// - Throws: `CatalogError.notFound` for a root that is not there, `.conflict` while its removals are applied,
    /// `.unsupported` for a type of later versions.
    func start(_ order: ScanOrder) async throws -> (id: Int64, isNew: Bool)

    /// The first entries that a scan could not read, each with the reason, as `PATH: REASON`.
    func errors(of id: Int64, limit: Int) async throws -> [String]

    /// Whether a server holds the data directory now, and so does the work.
    var isServed: Bool { get }

    /// Whether a scan is left to a worker, since no other machine reaches its root, and this one is not told that it does
    /// (`worker.roots`).
    func isWorkersOwn(_ id: Int64) async throws -> Bool

    /// Why a queued scan had better be run by another node, where there are others: the root cannot be reached from here. Nil when it
    /// can, and where no others are.
    func reasonToLeaveToOthers(_ id: Int64) async throws -> String?

    /// How far a scan is.
    func snapshot(of id: Int64) async throws -> ScanSnapshot

    /// Runs the scan in this process and returns when it is over, or at once when it cannot be had: it is over, or another
    /// process runs it. For data directories that no server holds. Cancelling the task stops the scan so that a later
    /// one goes on from there.
    func runHere(_ id: Int64) async throws
}

/// A scan to be started.
struct ScanOrder: Sendable {
    /// How closely to look.
    enum Kind: String, Sendable {
        case incremental
        case full
        case quick
        case verify
    }

    let rootName: String
    let kind: Kind
    /// The directory to look at, in text form below the root; nil for all of it.
    let path: String?
    /// Removals are applied, however many they are.
    let confirmsRemovals: Bool
}

/// A scan at one moment.
struct ScanSnapshot: Sendable, Equatable {
    /// Where a scan stands, in the words of the API.
    enum Status: String, Sendable {
        case queued
        case running
        case completed
        case needsConfirmation = "needs_confirmation"
        case failed
        case cancelled

        /// Whether it will not go on by itself.
        var isOver: Bool { self != .queued && self != .running }
    }

    let id: Int64
    let rootName: String
    let scanType: String
    let status: Status
    /// Nil while nobody can know: in the first scan of a root.
    let percent: Int?
    /// Entries seen, directories included.
    let entriesFound: Int
    let added: Int
    let updated: Int
    let removed: Int
    /// Entries that are somewhere else than before, or have another name.
    let moved: Int
    /// Entries that wait for `--confirm` before they are removed.
    let removalsParked: Int
    /// Entries that could not be read.
    let errors: Int
    let currentPath: String?
    /// Microseconds since 1970, as the other times here.
    let startedAt: Int64?
    let endedAt: Int64?
    let errorMessage: String?

    /// Since the scan started; nil in its first half second, when it would say nothing.
    func entriesPerSecond(at now: Int64) -> Int? {
        guard let startedAt else { return nil }
        let elapsed = (endedAt ?? now) - startedAt
        guard elapsed >= 500_000 else { return nil }
        return Int(Double(entriesFound) * 1_000_000 / Double(elapsed))
    }

    /// From start to end, once it is over.
    var durationSeconds: Double? {
        guard let startedAt, let endedAt else { return nil }
        return Double(endedAt - startedAt) / 1_000_000
    }
}
