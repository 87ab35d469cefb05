import CatalogCore
import CatalogDatabase

/// How many wrong passwords lock, and for how long.
struct LockoutRule: Sendable {
    private let failures: Int
    private let durationMicroseconds: Int64

    init(_ settings: AuthenticationSettings) {
        failures = settings.lockoutFailures
        durationMicroseconds = Int64(settings.lockoutMinutes) * 60_000_000
    }

    /// How far somebody is from the lock, or until when they are locked.
    struct Count: Sendable, Equatable {
        var failures = 0
        var lockedUntil: Int64?

        func isLocked(at now: Int64) -> Bool {
            lockedUntil.map { $0 > now } ?? false
        }
    }

    /// The count after one more wrong password. A lock that is in force is not made longer, since otherwise an attacker
    /// could keep it up for ever; after one that is over, counting begins anew.
    func count(after count: Count, now: Int64) -> Count {
        guard !count.isLocked(at: now) else { return count }
        let number = (count.lockedUntil == nil ? count.failures : 0) + 1
        return Count(failures: number, lockedUntil: number >= failures ? now + durationMicroseconds : nil)
    }

    /// Counts per network that were last touched before this mean nothing any more.
    func forgottenBefore(now: Int64) -> Int64 {
        now - durationMicroseconds
    }
}

/// Counts wrong passwords and says who is locked.
///
/// They count for the account, from wherever they come. Those of the last active administrator count for each network
/// alone: otherwise anybody could lock the owner out of the server.
struct Lockout: Sendable {
    private let settings: CurrentAuthenticationSettings
    private let users = UserStore()
    private let networks = LoginFailureStore()

    init(_ settings: CurrentAuthenticationSettings) {
        self.settings = settings
    }

    /// Counts a wrong password.
    ///
    /// - Returns: whether the whole account is locked from now on.
    func recordFailure(
        of user: User, from network: String, now: Int64, _ connection: any SQLConnection
    ) throws -> Bool {
        let rule = LockoutRule(settings.value)
        guard try users.isLastAdministrator(user, now: now, connection) else {
            let count = LockoutRule.Count(failures: user.failedLoginAttempts, lockedUntil: user.lockedUntil)
            let next = rule.count(after: count, now: now)
            try users.setFailures(next.failures, lockedUntil: next.lockedUntil, of: user.id, connection)
            return !count.isLocked(at: now) && next.isLocked(at: now)
        }
        let count = try networks.count(of: user.id, from: network, connection)
        try networks.set(rule.count(after: count, now: now), of: user.id, from: network, now: now, connection)
        return false
    }

    /// - Throws: `CatalogError.permissionDenied` while the account, or this network for it, is locked.
    func requireUnlocked(_ user: User, from network: String, now: Int64, _ connection: any SQLConnection) throws {
        if let until = user.lockedUntil, until > now { throw AuthenticationFailure.accountLocked(until: until) }
        let count = try networks.count(of: user.id, from: network, connection)
        if let until = count.lockedUntil, until > now { throw AuthenticationFailure.accountLocked(until: until) }
    }

    /// Forgets what a network had counted, after a login from there; nil for all networks.
    func forget(_ userID: UserID, from network: String?, _ connection: any SQLConnection) throws {
        try networks.delete(of: userID, from: network, connection)
    }
}
