package import CatalogCore
package import CatalogDatabase

/// Accounts as somebody looks after them who has the machine: the command line, and later the API for administrators.
package struct UserAdministration: Sendable {
    private let database: any Database
    private let hasher: PasswordHasher
    private let accounts: AccountService
    private let time: TimeSource
    private let users = UserStore()
    private let roles = RoleStore()

    package init(database: any Database, hasher: PasswordHasher, accounts: AccountService, time: TimeSource = .system) {
        self.database = database
        self.hasher = hasher
        self.accounts = accounts
        self.time = time
    }

    /// Every account with its role, by name.
    package func list() async throws -> [(user: User, role: Role)] {
        try await database.read { connection in
            try users.all(connection).compactMap { user in
                try roles.role(user.roleID, connection).map { (user, $0) }
            }
        }
    }

    /// A new account.
    ///
    /// - Parameter roleName: compared by `TextFold`; nil for the role of people who register themselves.
    /// - Throws: `CatalogError.invalidArgument` naming what is wrong, `.alreadyExists` for a name or address in use.
    package func create(
        username: String, email: String, password: Password, roleName: String?
    ) async throws -> (user: User, role: Role) {
        let username = try Username(username)
        let email = try EmailAddress(email)
        try password.requireAcceptable()
        let wanted = TextFold.fold(roleName ?? SystemRole.user.name)
        let hash = try await hasher.hash(password)
        let now = time.now
        return try await database.write { connection in
            guard let role = try roles.role(named: wanted, connection) else {
                let names = SystemRole.allCases.map(\.name).joined(separator: ", ")
                throw CatalogError(
                    .invalidArgument, "There is no role \"\(roleName ?? wanted)\"; there are \(names)")
            }
            let new = NewUser(
                username: username, email: email, passwordHash: hash, roleID: role.id, profile: UserProfile(),
                mustChangePassword: false)
            let id = try users.insert(new, now: now, connection)
            guard let user = try users.user(id, connection) else {
                throw CatalogError.internalError("the new user \(id) cannot be read")
            }
            return (user, role)
        }
    }

    /// Sets a password and ends every session of the account; it has to be changed at the next login.
    ///
    /// - Throws: `CatalogError.notFound`, `.invalidArgument` for a password that is too short.
    package func resetPassword(of username: String, to password: Password) async throws {
        let folded = Username.folded(ofLogin: username)
        let found = try await database.read { try users.credential(named: folded, $0) }
        guard let found else { throw CatalogError(.notFound, "There is no user \"\(username)\"") }
        try await accounts.resetPassword(of: found.userID, to: password)
    }
}
