package import CatalogCore
package import CatalogDatabase
import NIOPosix

/// Who becomes the first administrator (`auth.admin_*`); used only while no user has the admin role.
package struct FirstAdministrator: Sendable {
    /// Must be acceptable as any username.
    package var username: String
    /// Must be acceptable as any e-mail address.
    package var email: String
    /// Nil for one that is made and written to a file.
    package var password: Password?

    package init(
        username: String = "admin", email: String = "admin@localhost.localdomain", password: Password? = nil
    ) {
        self.username = username
        self.email = email
        self.password = password
    }
}

/// Makes a new database usable: its roles and its first administrator.
package struct FirstStart: Sendable {
    /// What `run` found and did.
    package enum Outcome: Sendable, Equatable {
        /// There was an administrator already; nothing was changed.
        case nothingToDo
        /// - Parameter passwordFile: where the generated password is; nil when the settings gave one.
        case created(username: String, passwordFile: String?)
    }

    private let database: any Database
    private let hasher: PasswordHasher
    private let time: TimeSource
    private let random: RandomSource
    private let users = UserStore()
    private let audit = AuditStore()

    package init(database: any Database, hasher: PasswordHasher, time: TimeSource, random: RandomSource = .system) {
        self.database = database
        self.hasher = hasher
        self.time = time
        self.random = random
    }

    /// Seeds the system roles; a second time it changes nothing.
    package func seedRoles() async throws {
        try await RoleSeeder(database: database, time: time).seed()
    }

    /// Seeds the roles and makes the administrator if there is none. Of servers that do it at the same time over one database, one
    /// makes the administrator.
    ///
    /// - Parameters:
    ///   - administrator: from the settings.
    ///   - dataDirectory: where `admin-password` is written when a password is made.
    /// - Throws: `CatalogError.invalidArgument` when a setting is not acceptable, naming it; `.alreadyExists` when
    ///   another account has the name; `.unavailable` when the file cannot be written. Nothing is changed then but the
    ///   roles.
    package func run(_ administrator: FirstAdministrator, dataDirectory: String) async throws -> Outcome {
        try await seedRoles()
        guard try await database.read({ try users.count(withRole: .admin, $0) }) == 0 else { return .nothingToDo }
        let username = try setting("auth.admin_username") { try Username(administrator.username) }
        let email = try setting("auth.admin_email") { try EmailAddress(administrator.email) }
        try setting("auth.admin_password") { try administrator.password?.requireAcceptable() }

        // Written before the account is made: a crash in between leaves a file without use, not an account without a
        // password. 96 bits stand against guessing, and 24 digits can still be typed.
        let generated = administrator.password == nil ? random.hex(bytes: 12) : nil
        let path = dataDirectory + "/admin-password"
        if let generated {
            try await onThread { try PrivateFile.write(generated + "\n", to: path) }
        }
        let password = administrator.password ?? Password(generated ?? "")
        let new = NewUser(
            username: username, email: email, passwordHash: try await hasher.hash(password),
            roleID: SystemRole.admin.id,
            profile: UserProfile(firstName: "System", lastName: "Administrator"), mustChangePassword: generated != nil)
        do {
            let now = time.now
            let isFirst = try await database.write { connection in
                guard try users.count(withRole: .admin, connection) == 0 else { return false }
                let id = try users.insert(new, now: now, connection)
                let event = AuditEvent(
                    action: .userCreated, target: .user(id, username.text),
                    changes: [AuditEvent.Change("role", to: SystemRole.admin.name)])
                try audit.record(event, by: .system, now: now, connection)
                return true
            }
            guard isFirst else {
                if generated != nil { try? await onThread { PrivateFile.remove(path) } }
                return .nothingToDo
            }
        } catch {
            if generated != nil { try? await onThread { PrivateFile.remove(path) } }
            throw error
        }
        return .created(username: username.text, passwordFile: generated == nil ? nil : path)
    }

    private func setting<Value>(_ name: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as CatalogError {
            throw CatalogError(error.code, "\(name): \(error.message)", cause: error.cause)
        }
    }

    /// Files are written on NIO's shared pool: this happens once in the life of an installation.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
