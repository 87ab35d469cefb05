import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Which duplicates are to be removed, and how far that is.
struct DuplicatePlan: Sendable {
    /// What becomes of a plan; the raw value is the word of the API.
    enum Status: String, Sendable, CaseIterable {
        case ready, queued, running, completed, failed, cancelled
    }

    let id: Int64
    let createdBy: UserID?
    /// What its maker might see, as `AccessScope.text`.
    let scope: String
    /// Microseconds since 1970.
    let createdAt: Int64
    /// Whether every duplicate is in it that could be.
    let isComplete: Bool
    let groups: Int64
    /// Names that stay.
    let keptFiles: Int64
    /// Names that are to be removed, and what that frees.
    let plannedFiles: Int64
    let plannedBytes: Int64
    let removedFiles: Int64
    let removedBytes: Int64
    let skippedFiles: Int64
    /// The job that applies it, or did.
    let jobID: JobID?
    let status: Status
    let error: String?

    /// Microseconds since 1970; it is not applied any more then.
    var expiresAt: Int64 { createdAt + Limits.duplicatePlanMicroseconds }

    /// 0 to 100; nil before it is applied.
    var percent: Int64? {
        guard jobID != nil else { return nil }
        if status == .completed || plannedFiles == 0 { return 100 }
        return (removedFiles + skippedFiles) * 100 / plannedFiles
    }

    /// Columns as in `DuplicatePlanQueries.columns`.
    init(row: SQLRow) {
        (id, createdBy, scope, createdAt) = (row.integer(0), row.optionalInteger(1), row.text(2), row.integer(3))
        (isComplete, groups, keptFiles) = (row.bool(4), row.integer(5), row.integer(6))
        (plannedFiles, plannedBytes) = (row.integer(7), row.integer(8))
        (removedFiles, removedBytes, skippedFiles) = (row.integer(9), row.integer(10), row.integer(11))
        (jobID, error) = (row.optionalInteger(12), row.optionalText(14))
        status =
            switch row.optionalText(13).flatMap(Job.Status.init(rawValue:)) {
            case _ where jobID == nil: .ready
            case .pending: .queued
            case .running: .running
            case .completed: .completed
            case .cancelled: .cancelled
            // Its job was forgotten: it is not known how far that came.
            case .failed, nil: .failed
            }
    }
}

/// One page of the names in a plan.
struct PlannedFiles: Sendable {
    /// Names of one content that stand on the page, and the one that stays.
    struct Group: Sendable {
        let id: Int64
        let hash: [UInt8]
        let sizeBytes: Int64
        let keptID: EntryID
        let keptPath: String
        let keptRoot: String
        var files: [File]
    }

    struct File: Sendable {
        let entryID: EntryID
        let rootName: String
        let path: String
        let rule: String
        let reason: String
        let freedBytes: Int64
        let modifiedNS: Int64
        let state: State
        /// Why it was left where it is.
        let note: String?
    }

    /// What becomes of a name; the raw value is the stored one.
    enum State: Int64, Sendable, CaseIterable {
        case kept = 0
        case planned = 1
        /// It may have been set aside.
        case leaving = 2
        case removed = 3
        case skipped = 4

        /// The word of the API.
        var word: String {
            switch self {
            case .kept: "kept"
            case .planned, .leaving: "planned"
            case .removed: "removed"
            case .skipped: "skipped"
            }
        }
    }

    /// Which names somebody wants to see.
    struct Filter: Sendable {
        /// The least and greatest state; all of them without a word.
        let states: ClosedRange<Int64>

        static let words = ["kept", "planned", "removed", "skipped"]

        /// - Throws: `CatalogError.invalidArgument` for another word.
        init(_ word: String?) throws {
            guard let word, !word.isEmpty else {
                states = 0...4
                return
            }
            let wanted = State.allCases.filter { $0.word == word }.map(\.rawValue)
            guard let first = wanted.first, let last = wanted.last else {
                throw CatalogError(
                    .invalidArgument, "state must be 'kept', 'planned', 'removed' or 'skipped'")
            }
            states = first...last
        }
    }

    var groups: [Group] = []
    var count = 0
    /// Of all pages.
    let total: Int64
    let page: Page
}

extension AccessScope {
    /// The scope as a text that is the same for the same scope.
    var text: String {
        guard case .parts(let parts) = self else { return "*" }
        return parts.sorted { $0.key < $1.key }.map { id, part in
            switch part {
            case .whole: "\(id)"
            case .below(let paths): "\(id):" + paths.map(\.text).sorted().joined(separator: "|")
            }
        }.joined(separator: ";")
    }
}
