import Synchronization

/// The settings that authentication reads (`auth.*`).
package struct AuthenticationSettings: Sendable {
    /// Whether strangers may make an account (`auth.registration_enabled`).
    package var registrationEnabled: Bool
    /// Wrong passwords in a row until the lock, at least 1 (`auth.lockout_failures`).
    package var lockoutFailures: Int
    /// How long that lock lasts (`auth.lockout_minutes`).
    package var lockoutMinutes: Int

    package init(registrationEnabled: Bool = true, lockoutFailures: Int = 5, lockoutMinutes: Int = 15) {
        self.registrationEnabled = registrationEnabled
        self.lockoutFailures = lockoutFailures
        self.lockoutMinutes = lockoutMinutes
    }
}

/// The settings that hold now: a running server may be given others, and the next request reads those.
package final class CurrentAuthenticationSettings: Sendable {
    private let state: Mutex<AuthenticationSettings>

    /// Starts with `settings`.
    package init(_ settings: AuthenticationSettings) {
        state = Mutex(settings)
    }

    /// What holds now.
    package var value: AuthenticationSettings {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
