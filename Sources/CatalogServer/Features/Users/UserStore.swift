import CatalogCore
import CatalogDatabase

/// Asks the database about users. Its functions take the connection, so that a service can ask several stores in one
/// transaction.
struct UserStore: Sendable {
    /// What proves a user's password.
    struct Credential: Sendable {
        let userID: UserID
        let passwordHash: String
    }

    func user(_ id: UserID, _ connection: any SQLConnection) throws -> User? {
        try connection.firstRow(UserQueries.byID, [.integer(id)], Self.user)
    }

    /// Every account, by name.
    func all(_ connection: any SQLConnection) throws -> [User] {
        try connection.rows(UserQueries.all, [], Self.user)
    }

    /// The accounts that a filter lets through, the newest first, and how many there are in all.
    func page(
        _ filter: UserFilter, _ page: Page, _ connection: any SQLConnection
    ) throws -> (users: [User], total: Int) {
        let values: [SQLValue] = [
            .text(filter.text.map(Self.pattern) ?? ""), .integer(filter.roleID ?? 0),
            .integer(filter.isActive.map { $0 ? 1 : 0 } ?? -1),
        ]
        let total = try connection.firstRow(UserQueries.pageCount, values) { Int($0.integer(0)) } ?? 0
        let paging: [SQLValue] = [.integer(Int64(page.limit)), .integer(Int64(page.offset))]
        return (try connection.rows(UserQueries.page, values + paging, Self.user), total)
    }

    /// A pattern for `LIKE` that finds a text anywhere.
    private static func pattern(_ text: String) -> String {
        let escaped = TextFold.fold(text).unicodeScalars.reduce(into: "") { result, scalar in
            if scalar == "%" || scalar == "_" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return "%\(escaped)%"
    }

    /// The account with this username or e-mail address, folded; nil stands for a name that nobody can have.
    func credential(named folded: String?, _ connection: any SQLConnection) throws -> Credential? {
        // The empty name is nobody's either, and asking for it takes as long; so is one with a NUL, which cannot be asked for.
        let name = folded.flatMap { $0.utf8.contains(0) ? nil : $0 } ?? ""
        return try connection.firstRow(UserQueries.credential, [.text(name)]) {
            Credential(userID: $0.integer(0), passwordHash: $0.text(1))
        }
    }

    func passwordHash(of id: UserID, _ connection: any SQLConnection) throws -> String? {
        try connection.firstRow(UserQueries.passwordHash, [.integer(id)]) { $0.text(0) }
    }

    /// Whether another account has this username *or* e-mail address: either logs in, so one name must not be both.
    func nameIsTaken(_ folded: String, except id: UserID = 0, _ connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(UserQueries.nameIsTaken, [.text(folded), .integer(id)]) { _ in true } ?? false
    }

    func count(_ connection: any SQLConnection) throws -> Int64 {
        try connection.firstRow(UserQueries.count) { $0.integer(0) } ?? 0
    }

    func count(withRole role: SystemRole, _ connection: any SQLConnection) throws -> Int64 {
        try connection.firstRow(UserQueries.countOfRole, [.integer(role.id)]) { $0.integer(0) } ?? 0
    }

    /// Whether nobody else with the admin role could log in at `now`.
    func isLastAdministrator(_ user: User, now: Int64, _ connection: any SQLConnection) throws -> Bool {
        guard user.roleID == SystemRole.admin.id, user.isActive else { return false }
        let others = try connection.firstRow(
            UserQueries.countOfOthersAbleToLogIn, [.integer(user.roleID), .integer(user.id), .integer(now)]
        ) { $0.integer(0) }
        return others == 0
    }

    /// - Throws: `CatalogError.alreadyExists` with the text for the name that is taken, the username first.
    func insert(_ user: NewUser, now: Int64, _ connection: any SQLConnection) throws -> UserID {
        try requireFree(user.username, user.email, connection)
        let id = try connection.firstRow(
            UserQueries.insert,
            [
                .text(user.username.text), .text(user.username.folded), .text(user.email.text),
                .text(user.email.folded),
                .text(user.passwordHash), .integer(user.roleID),
            ] + Self.values(user.profile)
                + [.bool(user.isActive), .bool(user.mustChangePassword), .integer(now)]
        ) { $0.integer(0) }
        guard let id else { throw CatalogError.internalError("the new user has no id") }
        try noteSearchText(of: id, connection)
        return id
    }

    /// - Throws: as `insert`.
    func requireFree(_ username: Username, _ email: EmailAddress, _ connection: any SQLConnection) throws {
        if try nameIsTaken(username.folded, connection) { throw AuthenticationFailure.usernameTaken }
        if try nameIsTaken(email.folded, connection) { throw AuthenticationFailure.emailTaken }
    }

    func update(_ profile: UserProfile, of id: UserID, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(UserQueries.updateProfile, [.integer(id)] + Self.values(profile) + [.integer(now)])
        try noteSearchText(of: id, connection)
    }

    /// - Throws: `CatalogError.alreadyExists` when another account has the address.
    func update(_ email: EmailAddress, of id: UserID, now: Int64, _ connection: any SQLConnection) throws {
        if try nameIsTaken(email.folded, except: id, connection) { throw AuthenticationFailure.emailTaken }
        try connection.execute(
            UserQueries.updateEmail, [.integer(id), .text(email.text), .text(email.folded), .integer(now)])
        try noteSearchText(of: id, connection)
    }

    /// - Throws: `CatalogError.alreadyExists` when another account has the name.
    func update(_ username: Username, of id: UserID, now: Int64, _ connection: any SQLConnection) throws {
        if try nameIsTaken(username.folded, except: id, connection) { throw AuthenticationFailure.usernameTaken }
        try connection.execute(
            UserQueries.updateUsername, [.integer(id), .text(username.text), .text(username.folded), .integer(now)])
        try noteSearchText(of: id, connection)
    }

    func update(roleID: RoleID, isActive: Bool, of id: UserID, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(
            UserQueries.updateStanding, [.integer(id), .integer(roleID), .bool(isActive), .integer(now)])
    }

    func lock(_ id: UserID, until: Int64, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(UserQueries.lock, [.integer(id), .integer(until), .integer(now)])
    }

    /// Deletes an account with its sessions, links and keys.
    func delete(_ id: UserID, _ connection: any SQLConnection) throws {
        for statement in UserQueries.delete { try connection.execute(statement, [.integer(id)]) }
    }

    /// What lists are searched by: names and address together, folded as the engines cannot.
    private func noteSearchText(of id: UserID, _ connection: any SQLConnection) throws {
        guard let user = try user(id, connection) else { return }
        let names = [user.profile.firstName, user.profile.lastName, user.profile.displayName].compactMap { $0 }
        let text = ([user.username, user.email] + names).joined(separator: " ")
        try connection.execute(UserQueries.updateSearch, [.integer(id), .text(TextFold.fold(text))])
    }

    func update(
        passwordHash: String, mustChange: Bool, of id: UserID, now: Int64, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            UserQueries.updatePassword, [.integer(id), .text(passwordHash), .bool(mustChange), .integer(now)])
    }

    /// Notes a login, which also ends the count of failures and a lock that is over.
    func recordLogin(of id: UserID, address: String, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(UserQueries.recordLogin, [.integer(id), .integer(now), .text(address)])
    }

    func setFailures(
        _ failures: Int, lockedUntil: Int64?, of id: UserID, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            UserQueries.setFailures, [.integer(id), .integer(Int64(failures)), .optional(lockedUntil)])
    }

    private static func user(_ row: SQLRow) -> User {
        var profile = UserProfile(firstName: row.optionalText(4), lastName: row.optionalText(5))
        profile.displayName = row.optionalText(6)
        profile.avatarURL = row.optionalText(7)
        profile.timeZone = row.optionalText(8)
        profile.language = row.optionalText(9)
        profile.settings = JSONObject(text: row.text(10)) ?? JSONObject()
        return User(
            id: row.integer(0), username: row.text(1), email: row.text(2), roleID: row.integer(3), profile: profile,
            isActive: row.bool(11), mustChangePassword: row.bool(12), failedLoginAttempts: Int(row.integer(13)),
            lockedUntil: row.optionalInteger(14), lastLoginAt: row.optionalInteger(15),
            lastLoginAddress: row.optionalText(16), createdAt: row.integer(17), updatedAt: row.integer(18))
    }

    private static func values(_ profile: UserProfile) -> [SQLValue] {
        [
            .optional(profile.firstName), .optional(profile.lastName), .optional(profile.displayName),
            .optional(profile.avatarURL), .optional(profile.timeZone), .optional(profile.language),
            .text(profile.settings.text),
        ]
    }
}
