/// What a caller may see. Every read of a store takes one, so that no question can be asked without it.
package enum AccessScope: Sendable, Equatable {
    /// Everything: administrators, the command line, the server's own work.
    case everything
    /// The storage roots with these ids, and nothing else.
    case roots(Set<RootID>)

    /// Whether entries of the root `id` may be seen.
    package func allows(_ id: RootID) -> Bool {
        switch self {
        case .everything: true
        case .roots(let ids): ids.contains(id)
        }
    }
}

/// Number of a storage root.
package typealias RootID = Int64
/// Number of an entry; never used again for another one.
package typealias EntryID = Int64
/// Number of a user.
package typealias UserID = Int64
/// Number of a job, and of the scan that the job does.
package typealias JobID = Int64
