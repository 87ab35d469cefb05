package import CatalogCore

/// An account. What proves its password is not part of it, so that no answer can hold it by accident.
package struct User: Sendable, Equatable {
    /// Never given to another account.
    package let id: UserID
    /// As the user wrote it, in NFKC; unique when folded.
    package let username: String
    /// As the user wrote it; unique when folded.
    package let email: String
    /// Every user has one role.
    package let roleID: RoleID
    /// What may change without changing who it is.
    package var profile: UserProfile
    /// A disabled account cannot log in, and its sessions are dead.
    package let isActive: Bool
    /// Set after a generated or reset password, until the user chooses one.
    package let mustChangePassword: Bool
    /// Wrong passwords in a row since the last login.
    package let failedLoginAttempts: Int
    /// Microseconds since 1970; may be past, which means that the lock is over.
    package let lockedUntil: Int64?
    /// Microseconds since 1970.
    package let lastLoginAt: Int64?
    /// For the user and holders of `user.view` only.
    package let lastLoginAddress: String?
    /// Microseconds since 1970.
    package let createdAt: Int64
    /// Microseconds since 1970.
    package let updatedAt: Int64

    /// What `lockedUntil` is for a lock that only somebody can take away: the last second that the API can write.
    static let lockedWithoutEnd: Int64 = 253_402_300_799_000_000

    /// Whether the account is locked at `now` (microseconds since 1970).
    package func isLocked(at now: Int64) -> Bool {
        lockedUntil.map { $0 > now } ?? false
    }
}

/// What users say about themselves; all of it may be missing.
package struct UserProfile: Sendable, Equatable {
    /// Of the person.
    package var firstName: String?
    /// Of the person.
    package var lastName: String?
    /// What others see instead of the username.
    package var displayName: String?
    /// A picture on the web.
    package var avatarURL: String?
    /// A name of the time zone database, for clients.
    package var timeZone: String?
    /// A language tag, for clients.
    package var language: String?
    /// Settings of client programs, which the server keeps as they are.
    package var settings: JSONObject

    /// A profile with nothing but a name.
    package init(firstName: String? = nil, lastName: String? = nil) {
        self.firstName = firstName
        self.lastName = lastName
        settings = JSONObject()
    }
}

/// An account to be made. Its parts are valid by their types.
struct NewUser: Sendable {
    let username: Username
    let email: EmailAddress
    let passwordHash: String
    let roleID: RoleID
    let profile: UserProfile
    let mustChangePassword: Bool
    var isActive = true
}
