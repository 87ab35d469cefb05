package import CatalogCore

/// An account. What proves its password is not part of it, so that no answer can hold it by accident.
package struct User: Sendable, Equatable {
    package let id: UserID
    package let username: String
    package let email: String
    package let roleID: RoleID
    package var profile: UserProfile
    package let isActive: Bool
    /// Set after a generated or reset password, until the user chooses one (ruling 8).
    package let mustChangePassword: Bool
    /// Wrong passwords in a row since the last login.
    package let failedLoginAttempts: Int
    /// Microseconds since 1970; may be past, which means that the lock is over.
    package let lockedUntil: Int64?
    package let lastLoginAt: Int64?
    package let lastLoginAddress: String?
    package let createdAt: Int64
    package let updatedAt: Int64

    /// Whether the account is locked at `now` (microseconds since 1970).
    package func isLocked(at now: Int64) -> Bool {
        lockedUntil.map { $0 > now } ?? false
    }
}

/// What users say about themselves; all of it may be missing.
package struct UserProfile: Sendable, Equatable {
    package var firstName: String?
    package var lastName: String?
    package var displayName: String?
    package var avatarURL: String?
    package var timeZone: String?
    package var language: String?
    /// Settings of client programs, which the server keeps as they are.
    package var settings: JSONObject

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
}
