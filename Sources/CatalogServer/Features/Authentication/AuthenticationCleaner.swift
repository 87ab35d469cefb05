package import CatalogCore
package import CatalogDatabase
package import Logging
import ServiceLifecycle

/// Deletes what authentication has handed out and what nobody can use any more: sessions, tokens, tickets, links,
/// counts of wrong passwords.
package struct AuthenticationCleaner: Service {
    private let database: any Database
    private let settings: CurrentAuthenticationSettings
    private let time: TimeSource
    private let interval: Duration
    private let logger: Logger
    private let sessions = SessionStore()
    private let tickets = StreamTicketStore()
    private let links = DownloadLinkStore()
    private let keys = APIKeyStore()
    private let failures = LoginFailureStore()

    /// - Parameter interval: how long it rests in between.
    package init(
        database: any Database, settings: CurrentAuthenticationSettings, time: TimeSource, logger: Logger,
        interval: Duration = .seconds(3_600)
    ) {
        self.database = database
        self.time = time
        self.logger = logger
        self.interval = interval
        self.settings = settings
    }

    /// Cleans up at once and then again and again, until the server stops. A failure is logged and tried again next
    /// time.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await clean()
                } catch {
                    logger.warning("Expired sessions could not be deleted", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: interval)
            }
        }
    }

    /// One round, in one transaction.
    package func clean() async throws {
        let now = time.now
        let rule = LockoutRule(settings.value)
        try await database.write { connection in
            // Tickets point at sessions, so they go first.
            try tickets.deleteDead(now: now, connection)
            try sessions.deleteDead(now: now, connection)
            try links.deleteDead(now: now, connection)
            // Their owners may still want to see why a script stopped.
            try keys.deleteExpired(before: now - Lifetimes.expiredKeyShown, connection)
            try failures.deleteOlder(than: rule.forgottenBefore(now: now), connection)
        }
    }
}
