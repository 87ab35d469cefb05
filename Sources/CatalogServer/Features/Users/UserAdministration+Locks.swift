package import CatalogCore
import CatalogDatabase

/// Locks that people set, beside those after wrong passwords.
extension UserAdministration {
    /// Locks an account and ends its sessions.
    ///
    /// - Parameter until: microseconds since 1970; nil for a lock that somebody has to take away.
    /// - Throws: `CatalogError.notFound`; `.invalidArgument` for a time that is past and for the author's own account;
    ///   `.permissionDenied` above the author; `.conflict` for the last administrator.
    package func lock(_ id: UserID, until: Int64?, by author: Author) async throws {
        if let until, until <= time.now {
            throw CatalogError(.invalidArgument, "lock_until must be in the future")
        }
        guard id != author.userID else {
            throw CatalogError(.invalidArgument, "Cannot lock your own account")
        }
        try await change(id, by: author, .userLocked) { [users] user, now, connection in
            try requireOtherAdministrator(than: user, connection)
            try users.lock(id, until: until ?? User.lockedWithoutEnd, now: now, connection)
            // They would come back to life when the lock is over.
            try endEverything(of: id, now: now, connection)
            return [AuditEvent.Change("locked_until", to: until.map { Timestamp.text(microseconds: $0) })]
        }
    }

    /// Takes a lock away, whoever set it, and forgets the wrong passwords.
    ///
    /// - Throws: `CatalogError.notFound`; `.permissionDenied` above the author.
    package func unlock(_ id: UserID, by author: Author) async throws {
        try await change(id, by: author, .userUnlocked) { [logins] user, _, connection in
            try logins.forgetFailures(of: user.id, from: nil, connection)
            return []
        }
    }
}
