package import CatalogCore
package import CatalogDatabase

/// Accounts as somebody looks after them: administrators over the API, and whoever has the machine.
///
/// Nobody reaches into an account that may do more than they may, and nobody gives what they do not have. There is always
/// an administrator left who can log in.
package struct UserAdministration: Sendable {
    let database: any Database
    let sessions: SessionService
    let logins: LoginService
    let time: TimeSource
    let users = UserStore()
    let audit = AuditStore()
    private let hasher: PasswordHasher
    private let roles = RoleStore()
    private let links = DownloadLinkStore()
    private let keys = APIKeyStore()

    package init(
        database: any Database, sessions: SessionService, logins: LoginService, hasher: PasswordHasher,
        time: TimeSource = .system
    ) {
        self.database = database
        self.sessions = sessions
        self.logins = logins
        self.hasher = hasher
        self.time = time
    }

    static let notFound = CatalogError(.notFound, "User not found")
    private static let nameTaken = CatalogError(.alreadyExists, "Username or email already exists")
    private static let isLast = CatalogError(
        .conflict, "This is the last active administrator; make another one first")

    /// An account and its role.
    package typealias Account = (user: User, role: Role)

    /// Every account with its role, by name.
    package func list() async throws -> [Account] {
        try await database.read { connection in try withRoles(users.all(connection), connection) }
    }

    /// The accounts that a filter lets through, the newest first, and how many there are in all.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a text that is longer than any name.
    package func list(_ filter: UserFilter, page: Page) async throws -> (accounts: [Account], total: Int) {
        guard (filter.text ?? "").utf8.count <= Limits.accountNameBytes else {
            throw CatalogError(.invalidArgument, "search is too long")
        }
        return try await database.read { connection in
            let found = try users.page(filter, page, connection)
            return (try withRoles(found.users, connection), found.total)
        }
    }

    private func withRoles(_ found: [User], _ connection: any SQLConnection) throws -> [Account] {
        var known: [RoleID: Role] = [:]
        return try found.compactMap { user in
            if known[user.roleID] == nil { known[user.roleID] = try roles.role(user.roleID, connection) }
            return known[user.roleID].map { (user, $0) }
        }
    }

    /// - Throws: `CatalogError.notFound`.
    package func find(_ id: UserID) async throws -> Account {
        try await database.read { try account(id, $0) }
    }

    /// The account with this username or e-mail address.
    ///
    /// - Throws: `CatalogError.notFound`.
    package func find(named name: String) async throws -> UserID {
        let folded = Username.folded(ofLogin: name)
        guard let found = try await database.read({ try users.credential(named: folded, $0) }) else {
            throw CatalogError(.notFound, "There is no user \"\(name)\"")
        }
        return found.userID
    }

    /// A new account.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming what is wrong; `.alreadyExists` for a name or address in use;
    ///   `.permissionDenied` for a role that may do more than the author.
    package func create(_ new: NewAccount, by author: Author) async throws -> Account {
        let username = try Username(new.username)
        let email = try EmailAddress(new.email)
        try new.password.requireAcceptable()
        let profile = try new.profile.applied(to: UserProfile())
        // Asked before the hash, which would be wasted; the insert asks again, because others may be faster.
        try await Self.namingTaken {
            try await database.read { connection in
                try requireGrantable(try role(new.role, connection), by: author)
                try users.requireFree(username, email, connection)
            }
        }
        let hash = try await hasher.hash(new.password)
        let now = time.now
        return try await Self.namingTaken {
            try await database.write { connection in
                let role = try role(new.role, connection)
                try requireGrantable(role, by: author)
                let id = try users.insert(
                    NewUser(
                        username: username, email: email, passwordHash: hash, roleID: role.id, profile: profile,
                        mustChangePassword: false, isActive: new.isActive), now: now, connection)
                let made = try account(id, connection)
                try record(
                    .userCreated, made.user, [AuditEvent.Change("role", to: role.name)], by: author, now, connection)
                return made
            }
        }
    }

    /// Changes what is mentioned, all or nothing. A change of the role or of `is_active` ends the sessions.
    ///
    /// - Throws: `CatalogError.notFound`; `.invalidArgument` naming the field; `.alreadyExists` for a name or address in use;
    ///   `.permissionDenied` without `user.manage` for role and `is_active`, and for what would reach above the author;
    ///   `.conflict` for the last administrator.
    package func update(_ id: UserID, _ edit: UserEdit, by author: Author) async throws -> Account {
        let username = try edit.checkedUsername()
        let email = try edit.checkedEmail()
        let now = time.now
        let changed = try await Self.namingTaken(keeping: AuthenticationFailure.takenTexts) {
            try await database.write { connection in
                let old = try account(id, connection)
                try requireReach(old, by: author)
                let role = try edit.role.map { try self.role($0, connection) } ?? old.role
                let isActive = edit.isActive ?? old.user.isActive
                try checkStanding(of: old.user, role, isActive: isActive, by: author, connection)
                try users.update(try edit.profile.applied(to: old.user.profile), of: id, now: now, connection)
                if let username { try users.update(username, of: id, now: now, connection) }
                if let email { try users.update(email, of: id, now: now, connection) }
                try users.update(roleID: role.id, isActive: isActive, of: id, now: now, connection)
                if role.id != old.role.id || isActive != old.user.isActive {
                    try endEverything(of: id, now: now, connection)
                }
                let new = try account(id, connection)
                let changes = old.user.changes(to: new.user, roles: (old.role.name, role.name))
                if !changes.isEmpty { try record(.userUpdated, new.user, changes, by: author, now, connection) }
                return new
            }
        }
        sessions.forget(id)
        return changed
    }

    /// Who may change what an account may do, and when.
    private func checkStanding(
        of user: User, _ role: Role, isActive: Bool, by author: Author, _ connection: any SQLConnection
    ) throws {
        guard role.id != user.roleID || isActive != user.isActive else { return }
        try author.require("user.manage")
        if role.id != user.roleID { try requireGrantable(role, by: author) }
        if role.id != SystemRole.admin.id || !isActive { try requireOtherAdministrator(than: user, connection) }
        if !isActive, user.id == author.userID {
            throw CatalogError(.invalidArgument, "Cannot deactivate your own account")
        }
    }

    /// Deletes an account with all that belongs to it.
    ///
    /// - Throws: `CatalogError.notFound`; `.invalidArgument` for the author's own; `.permissionDenied`, `.conflict` as
    ///   `update`.
    package func delete(_ id: UserID, by author: Author) async throws {
        guard id != author.userID else {
            throw CatalogError(.invalidArgument, "Cannot delete your own account")
        }
        try await change(id, by: author, .userDeleted) { user, now, connection in
            try requireOtherAdministrator(than: user, connection)
            // Open connections hear of it before there is nothing left to be told about.
            try endEverything(of: id, now: now, connection)
            try users.delete(id, connection)
            return []
        }
    }

    /// Sets a password: it must be changed at the next login, and every session and API key ends. So does a lock.
    ///
    /// - Throws: `CatalogError.notFound`; `.invalidArgument` for a password that is not acceptable; `.permissionDenied`.
    package func resetPassword(of id: UserID, to password: Password, by author: Author) async throws {
        try password.requireAcceptable()
        try await database.read { try requireReach(try account(id, $0), by: author) }
        let hash = try await hasher.hash(password)
        try await change(id, by: author, .passwordReset) { user, now, connection in
            try logins.forgetFailures(of: user.id, from: nil, connection)
            try users.update(passwordHash: hash, mustChange: true, of: user.id, now: now, connection)
            try endEverything(of: user.id, now: now, connection)
            // Whoever knew the old password may have made some.
            try keys.deleteAll(of: user.id, connection)
            return []
        }
    }

    /// A change of an account that may do no more than the author, with its line in the audit trail.
    ///
    /// - Parameter body: returns what the line says beside.
    func change(
        _ id: UserID, by author: Author, _ action: AuditEvent.Action,
        _ body: @escaping @Sendable (User, _ now: Int64, any SQLConnection) throws -> [AuditEvent.Change]
    ) async throws {
        let now = time.now
        try await database.write { connection in
            let account = try account(id, connection)
            try requireReach(account, by: author)
            let changes = try body(account.user, now, connection)
            try record(action, account.user, changes, by: author, now, connection)
        }
        sessions.forget(id)
    }

    func endEverything(of id: UserID, now: Int64, _ connection: any SQLConnection) throws {
        try sessions.revokeAll(of: id, except: nil, connection)
        try links.revokeAll(of: id, now: now, connection)
    }

    /// - Throws: `CatalogError.conflict` when nobody else could administrate.
    func requireOtherAdministrator(than user: User, _ connection: any SQLConnection) throws {
        guard try !users.isLastAdministrator(user, now: time.now, connection) else { throw Self.isLast }
    }

    private func account(_ id: UserID, _ connection: any SQLConnection) throws -> Account {
        guard let user = try users.user(id, connection), let role = try roles.role(user.roleID, connection) else {
            throw Self.notFound
        }
        return (user, role)
    }

    /// A new password or address of an account is as good as all that the account may do.
    private func requireReach(_ account: Account, by author: Author) throws {
        guard account.user.id == author.userID || author.covers(account.role) else {
            throw CatalogError(.permissionDenied, "You cannot change an account that may do more than you")
        }
    }

    private func requireGrantable(_ role: Role, by author: Author) throws {
        guard author.covers(role) else {
            throw CatalogError(.permissionDenied, "You cannot give a role that may do more than you")
        }
    }

    private func role(_ choice: RoleChoice, _ connection: any SQLConnection) throws -> Role {
        switch choice {
        case .byDefault: if let role = try roles.role(SystemRole.user.id, connection) { return role }
        case .id(let id): if let role = try roles.role(id, connection) { return role }
        case .name(let name):
            if let role = try roles.role(named: TextFold.fold(name), connection) { return role }
            let names = try roles.all(connection).map(\.name).joined(separator: ", ")
            throw CatalogError(.invalidArgument, "There is no role \"\(name)\"; there are \(names)")
        }
        throw CatalogError(.invalidArgument, "Invalid role")
    }

    private func record(
        _ action: AuditEvent.Action, _ user: User, _ changes: [AuditEvent.Change], by author: Author, _ now: Int64,
        _ connection: any SQLConnection
    ) throws {
        let event = AuditEvent(action: action, target: .user(user.id, user.username), changes: changes)
        try audit.record(event, by: author, now: now, connection)
    }

    /// A name that somebody else took at the same moment is told by the database, without a text for people.
    ///
    /// - Parameter texts: of errors that say which of the two names it is. Whoever makes an account for somebody else is not
    ///   told.
    private static func namingTaken<Value>(
        keeping texts: [String] = [], _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as CatalogError where error.code == .alreadyExists && !texts.contains(error.message) {
            throw nameTaken
        }
    }
}
