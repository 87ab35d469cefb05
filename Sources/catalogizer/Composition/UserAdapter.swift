import CatalogCore
import CatalogServer
import CatalogSettings

/// The user commands over the administration of users.
struct UserAdapter: UserCommands {
    let application: Application

    func users() async throws -> [UserSummary] {
        try await withServices(seedsRoles: false) { try await $0.users.list().map(Self.summary) }
    }

    func add(_ order: UserOrder, password: SecretText) async throws -> UserSummary {
        try await withServices { services in
            Self.summary(
                try await services.users.create(
                    NewAccount(
                        username: order.username, email: order.email, password: Password(password.exposed),
                        role: order.role.map { .name($0) } ?? .byDefault), by: .commandLine))
        }
    }

    func resetPassword(of username: String, to password: SecretText) async throws {
        try await withServices { services in
            try await services.users.resetPassword(
                of: try await services.users.find(named: username), to: Password(password.exposed), by: .commandLine)
        }
    }

    func lock(_ username: String, until: Int64?) async throws {
        try await withServices { services in
            try await services.users.lock(
                try await services.users.find(named: username), until: until, by: .commandLine)
        }
    }

    func unlock(_ username: String) async throws {
        try await withServices { services in
            try await services.users.unlock(try await services.users.find(named: username), by: .commandLine)
        }
    }

    func setRole(of username: String, to role: String) async throws -> UserSummary {
        try await withServices { services in
            var edit = UserEdit()
            edit.role = .name(role)
            let id = try await services.users.find(named: username)
            return Self.summary(try await services.users.update(id, edit, by: .commandLine))
        }
    }

    func roles() async throws -> [RoleSummary] {
        try await withServices(seedsRoles: false) { services in
            try await services.roles.list().map { role in
                RoleSummary(
                    id: role.id, name: role.name, description: role.description, permissions: role.permissions.names,
                    isSystem: role.isSystem)
            }
        }
    }

    /// The threads that hash passwords live as long as one command.
    private func withServices<Value>(
        seedsRoles: Bool = true, _ body: (AuthenticationServices) async throws -> Value
    ) async throws -> Value {
        let hasher = PasswordHasher(threadCount: 1)
        let result: Result<Value, any Error>
        do {
            let services = try await Composition.authentication(application, hasher: hasher) { _, _ in }
            // A database that no server has opened yet has no roles.
            if seedsRoles { try await services.firstStart.seedRoles() }
            result = .success(try await body(services))
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
