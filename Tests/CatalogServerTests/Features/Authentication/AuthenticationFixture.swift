import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Logging

/// Everything of authentication over a real database, with a clock that stands still and hashes that cost nothing.
struct AuthenticationFixture: Sendable {
    static let secret = "a secret of the tests, with more than 32 characters"

    let files: TestDatabase
    let clock: ManualClock
    let services: AuthenticationServices

    var database: any Database { files.database }
    var sessions: SessionService { services.sessions }

    /// Runs `body` with a seeded database whose administrator is `admin` with the password `administrator`.
    static func with<Value>(
        settings: AuthenticationSettings = AuthenticationSettings(),
        checkFile: @escaping DownloadLinkService.FileCheck = { _, _ in },
        _ body: (AuthenticationFixture) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.withNew { files in
            let clock = ManualClock()
            let hasher = PasswordHasher(cost: .cheap, threadCount: 2)
            let services = try await AuthenticationServices(
                database: files.database, hasher: hasher, secret: secret, settings: settings, time: clock.source,
                checkFile: checkFile)
            let fixture = AuthenticationFixture(files: files, clock: clock, services: services)
            _ = try await services.firstStart.run(
                FirstAdministrator(password: Password("administrator")), dataDirectory: files.directory)
            let result: Value
            do {
                result = try await body(fixture)
            } catch {
                try await hasher.close()
                throw error
            }
            try await hasher.close()
            return result
        }
    }

    /// Makes an account with the password `password of NAME`.
    @discardableResult
    func register(_ name: String, email: String? = nil) async throws -> User {
        try await services.registration.register(
            Registration(
                username: name, email: email ?? "\(name)@example.com", password: Password("password of \(name)"),
                firstName: "Ada", lastName: "Lovelace")
        ).user
    }

    func login(
        _ name: String, _ password: String? = nil, from address: String = "192.0.2.1", rememberMe: Bool = false
    ) async throws -> SignedIn {
        try await services.logins.login(
            name: name, password: Password(password ?? "password of \(name)"), rememberMe: rememberMe,
            from: ClientOrigin(address: address))
    }

    /// A caller with a session of its own.
    func caller(_ name: String, _ password: String? = nil) async throws -> Caller {
        try await sessions.authenticate(bearer: try await login(name, password).accessToken.text)
    }

    func changePassword(
        of caller: Caller, from current: Password, to new: Password, network: String
    ) async throws {
        try await services.accounts.changePassword(
            of: caller, from: current, to: new, network: network, by: Author(caller, from: network))
    }

    /// Changes a caller's own account.
    func update(_ change: ProfileChange, of caller: Caller) async throws -> UserAdministration.Account {
        try await services.users.update(
            caller.userID, UserEdit(profile: change), by: Author(caller, from: "192.0.2.1"))
    }

    func failLogin(_ name: String, times: Int, from address: String = "192.0.2.1") async throws {
        for _ in 0..<times {
            _ = await refusal { try await login(name, "wrong password", from: address) }
        }
    }

    /// Gives a user a new password as the command line does, beside a running server.
    func resetFromOtherProcess(_ name: String, to password: String) async throws {
        try await files.withSecondProcess { other in
            let hasher = PasswordHasher(cost: .cheap, threadCount: 1)
            let services = try await AuthenticationServices(
                database: other, hasher: hasher, secret: Self.secret, settings: AuthenticationSettings(),
                time: clock.source, checkFile: { _, _ in })
            try await services.users.resetPassword(
                of: try await services.users.find(named: name), to: Password(password), by: .commandLine)
            try await hasher.close()
        }
    }

    /// Changes the database behind the back of the services, as another process would.
    func execute(_ sql: String) async throws {
        try await database.write { try $0.executeScript(sql) }
    }
}

extension PasswordHasher.Cost {
    /// The least that argon2 accepts.
    static let cheap = PasswordHasher.Cost(memoryKiB: 8, iterations: 1, lanes: 1)
}

extension NewDownloadLink {
    /// The secret in the URL.
    var token: String { path.split(separator: "/").last.map(String.init) ?? "" }
}
