package import CatalogCore

/// What one process tells the others over the same database, so that they need not look again and again.
///
/// A signal may be lost: whatever it says must also be found by looking, only later.
package enum NodeSignal: Sendable, Equatable {
    /// A job was written that somebody may claim.
    case jobAdded
    /// Somebody asked a job to stop.
    case jobCancelled(JobID)
    /// A session ended.
    case sessionEnded(String)
    /// What a user may do has changed, or some of their sessions ended.
    case userChanged(UserID)
    /// A storage root was changed or removed.
    case rootChanged(RootID)
    /// The journal of names has new rows.
    case namesChanged
    /// How far a scan is, as JSON.
    case scanProgress(String)
    /// How far a copy is, as JSON.
    case copyProgress(String)
    /// A storage root can be reached again, or not any more, as JSON.
    case rootStatus(String)
    /// Requests that were counted against rate limits, as the limiter of the server writes them.
    case rateCounts(String)

    /// Bytes of a text at most: PostgreSQL carries less than 8,000.
    package static let textBytesMax = 7_800

    /// One line: a word, and what it is about.
    package var text: String {
        switch self {
        case .jobAdded: "job-added"
        case .jobCancelled(let id): "job-cancelled \(id)"
        case .sessionEnded(let id): "session-ended \(id)"
        case .userChanged(let id): "user-changed \(id)"
        case .rootChanged(let id): "root-changed \(id)"
        case .namesChanged: "names-changed"
        case .scanProgress(let json): "scan-progress \(json)"
        case .copyProgress(let json): "copy-progress \(json)"
        case .rootStatus(let json): "root-status \(json)"
        case .rateCounts(let counts): "rate-counts \(counts)"
        }
    }

    /// Reads the form of `text`; nil for one of another version.
    package init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        let rest = parts.count > 1 ? String(parts[1]) : ""
        switch (parts.first, Int64(rest)) {
        case ("job-added", _): self = .jobAdded
        case ("job-cancelled", let id?): self = .jobCancelled(id)
        case ("session-ended", _): self = .sessionEnded(rest)
        case ("user-changed", let id?): self = .userChanged(id)
        case ("root-changed", let id?): self = .rootChanged(id)
        case ("names-changed", _): self = .namesChanged
        case ("scan-progress", _): self = .scanProgress(rest)
        case ("copy-progress", _): self = .copyProgress(rest)
        case ("root-status", _): self = .rootStatus(rest)
        case ("rate-counts", _): self = .rateCounts(rest)
        default: return nil
        }
    }
}

/// What a process hears from the others.
package enum NodeNews: Sendable, Equatable {
    /// One of them sent this; never what the process sent itself.
    case signal(NodeSignal)
    /// From now on signals come; those before are lost. At the beginning, and when a lost connection is there again.
    case listening
}
