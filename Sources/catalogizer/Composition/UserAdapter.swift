import CatalogCore
import CatalogServer
import CatalogSettings

/// The user commands over the administration of users.
struct UserAdapter: UserCommands {
    let application: Application

    func users() async throws -> [UserSummary] {
        try await withAdministration(seedsRoles: false) { users in
            try await users.list().map(Self.summary)
        }
    }

    func add(_ order: UserOrder, password: SecretText) async throws -> UserSummary {
        try await withAdministration { users in
            Self.summary(
                try await users.create(
                    NewAccount(
                        username: order.username, email: order.email, password: Password(password.exposed),
                        role: order.role.map { .name($0) } ?? .byDefault), by: .commandLine))
        }
    }

    func resetPassword(of username: String, to password: SecretText) async throws {
        try await withAdministration { users in
            try await users.resetPassword(
                of: try await users.find(named: username), to: Password(password.exposed), by: .commandLine)
        }
    }

    /// The threads that hash passwords live as long as one command.
    private func withAdministration<Value>(
        seedsRoles: Bool = true, _ body: (UserAdministration) async throws -> Value
    ) async throws -> Value {
        let hasher = PasswordHasher(threadCount: 1)
        let result: Result<Value, any Error>
        do {
            let services = try await Composition.authentication(application, hasher: hasher) { _, _ in }
            // A database that no server has opened yet has no roles.
            if seedsRoles { try await services.firstStart.seedRoles() }
            result = .success(try await body(services.users))
        } catch {
            result = .failure(error)
        }
        try await hasher.close()
        return try result.get()
    }

    private static func summary(_ found: (user: User, role: Role)) -> UserSummary {
        UserSummary(
            id: found.user.id, username: found.user.username, email: found.user.email, role: found.role.name,
            isActive: found.user.isActive, isLocked: found.user.isLocked(at: TimeSource.system.now),
            lastLoginAt: found.user.lastLoginAt)
    }
}

extension UserOrder {
    /// Sees whether a catalog could take it, before there is one; whether there is such a role is for the catalog to say.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    func check(password: SecretText) throws {
        _ = try Username(username)
        _ = try EmailAddress(email)
        try Password(password.exposed).requireAcceptable()
    }
}
