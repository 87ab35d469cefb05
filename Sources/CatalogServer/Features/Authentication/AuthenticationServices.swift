package import CatalogCore
package import CatalogDatabase

/// Everything of authentication, built once and handed to whoever needs a part of it.
package struct AuthenticationServices: Sendable {
    /// What holds for all of them; may be changed while they run.
    package let settings: CurrentAuthenticationSettings
    /// Roles and the first administrator.
    package let firstStart: FirstStart
    /// Checks every request; renews and ends sessions.
    package let sessions: SessionService
    /// Opens sessions.
    package let logins: LoginService
    /// Makes accounts for strangers.
    package let registration: RegistrationService
    /// A caller's own account, and passwords.
    package let accounts: AccountService
    /// Accounts as an administrator sees them.
    package let users: UserAdministration
    /// Roles as an administrator sees them.
    package let roles: RoleService
    /// Who changed what.
    package let audit: AuditService
    /// Keys for scripts.
    package let apiKeys: APIKeyService
    /// When sessions and keys were used last.
    package let lastUses: LastUses
    /// Tickets for live streams.
    package let tickets: StreamTicketService
    /// Links that download one file.
    package let links: DownloadLinkService

    /// - Parameters:
    ///   - hasher: closed by the caller, after the server has stopped.
    ///   - secret: signs session tokens (`auth.jwt_secret`).
    ///   - checkFile: what the catalog says about a file that somebody wants a download link for.
    /// - Throws: `CatalogError.invalidArgument` when the secret is too short.
    package init(
        database: any Database, hasher: PasswordHasher, secret: String, settings: AuthenticationSettings,
        time: TimeSource = .system, checkFile: @escaping DownloadLinkService.FileCheck
    ) async throws {
        let random = RandomSource.system
        let settings = CurrentAuthenticationSettings(settings)
        self.settings = settings
        let tokens = try await TokenIssuer(secret: secret, time: time, random: random)
        firstStart = FirstStart(database: database, hasher: hasher, time: time, random: random)
        let cache = CallerCache()
        lastUses = LastUses(database: database)
        sessions = SessionService(
            database: database, tokens: tokens, cache: cache, uses: lastUses, time: time, random: random)
        apiKeys = APIKeyService(database: database, cache: cache, uses: lastUses, time: time, random: random)
        logins = LoginService(
            database: database, sessions: sessions, hasher: hasher, settings: settings, time: time)
        registration = RegistrationService(database: database, hasher: hasher, settings: settings, time: time)
        accounts = AccountService(
            database: database, sessions: sessions, logins: logins, hasher: hasher, time: time)
        users = UserAdministration(
            database: database, sessions: sessions, logins: logins, hasher: hasher, time: time)
        roles = RoleService(database: database, sessions: sessions, time: time)
        audit = AuditService(database: database)
        tickets = StreamTicketService(database: database, sessions: sessions, time: time, random: random)
        links = DownloadLinkService(database: database, time: time, random: random, checkFile: checkFile)
    }
}
