/// What a caller may see. Every read of a store takes one, so that no question can be asked without it.
package enum AccessScope: Sendable, Equatable {
    /// Everything: administrators, the command line, the server's own work.
    case everything
    /// The storage roots with these ids, and nothing else.
    case roots(Set<RootID>)

    /// Whether whoever has this scope sees all that `other` shows.
    package func covers(_ other: AccessScope) -> Bool {
        switch (self, other) {
        case (.everything, _): true
        case (.roots, .everything): false
        case (.roots(let own), .roots(let others)): others.isSubset(of: own)
        }
    }

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
