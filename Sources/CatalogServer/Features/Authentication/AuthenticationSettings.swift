/// The settings that authentication reads (`auth.*`).
package struct AuthenticationSettings: Sendable {
    /// Whether strangers may make an account (`auth.registration_enabled`).
    package var registrationEnabled: Bool
    /// Wrong passwords in a row until the lock; 0 turns it off (`auth.lockout_failures`).
    package var lockoutFailures: Int
    /// How long that lock lasts (`auth.lockout_minutes`).
    package var lockoutMinutes: Int

    package init(registrationEnabled: Bool = true, lockoutFailures: Int = 5, lockoutMinutes: Int = 15) {
        self.registrationEnabled = registrationEnabled
        self.lockoutFailures = lockoutFailures
        self.lockoutMinutes = lockoutMinutes
    }
}
