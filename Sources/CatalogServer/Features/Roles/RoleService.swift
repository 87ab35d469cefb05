package import CatalogCore
package import CatalogDatabase

/// The rules of roles: which can be changed, by whom, and when one may go.
package struct RoleService: Sendable {
    private let database: any Database
    private let sessions: SessionService
    private let time: TimeSource
    private let roles = RoleStore()
    private let audit = AuditStore()

    /// - Parameter sessions: forget what they believe of users whose role changes.
    package init(database: any Database, sessions: SessionService, time: TimeSource = .system) {
        self.database = database
        self.sessions = sessions
        self.time = time
    }

    private static let notFound = CatalogError(.notFound, "Role not found")
    private static let nameTaken = CatalogError(.alreadyExists, "Role name already exists")
    private static let isSystem = CatalogError(.permissionDenied, "System roles cannot be modified")

    /// Every role: those of the system first, then by name.
    package func list() async throws -> [Role] {
        try await database.read { try roles.all($0) }
    }

    /// - Throws: `CatalogError.notFound`.
    package func find(_ id: RoleID) async throws -> Role {
        guard let role = try await database.read({ try roles.role(id, $0) }) else { throw Self.notFound }
        return role
    }

    /// A new role.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the field; `.alreadyExists` for a name in use, however it is written;
    ///   `.permissionDenied` for a permission that the author lacks.
    package func create(_ change: RoleChange, by author: Author) async throws -> Role {
        let now = time.now
        return try await Self.namingTaken {
            try await database.write { connection in
                let draft = try RoleDraft(change, over: nil) { try roles.rootID($0, connection) }
                try Self.requireGrantable(draft, by: author)
                try requireFree(draft, except: nil, connection)
                let id = try roles.insert(draft, now: now, connection)
                guard let role = try roles.role(id, connection) else {
                    throw CatalogError.internalError("the new role \(id) cannot be read")
                }
                try record(.roleCreated, role, Role.changes(from: nil, to: role), by: author, now, connection)
                return role
            }
        }
    }

    /// Changes a role; what its users may do changes with it, on open connections too.
    ///
    /// - Throws: as `create`; `CatalogError.notFound`; `.permissionDenied` for a role of the system.
    package func update(_ id: RoleID, _ change: RoleChange, by author: Author) async throws -> Role {
        let now = time.now
        let changed = try await Self.namingTaken {
            try await database.write { connection in
                guard let role = try roles.role(id, connection) else { throw Self.notFound }
                guard !role.isSystem else { throw Self.isSystem }
                let draft = try RoleDraft(change, over: role) { try roles.rootID($0, connection) }
                try Self.requireGrantable(draft, by: author)
                try requireFree(draft, except: id, connection)
                try roles.update(id, to: draft, now: now, connection)
                guard let changed = try roles.role(id, connection) else { throw Self.notFound }
                try record(.roleUpdated, changed, Role.changes(from: role, to: changed), by: author, now, connection)
                return changed
            }
        }
        sessions.forget(role: id)
        return changed
    }

    /// Deletes a role that nobody has.
    ///
    /// - Throws: `CatalogError.notFound`; `.permissionDenied` for a role of the system; `.conflict` while users have it.
    package func delete(_ id: RoleID, by author: Author) async throws {
        let now = time.now
        try await database.write { connection in
            guard let role = try roles.role(id, connection) else { throw Self.notFound }
            guard !role.isSystem else {
                throw CatalogError(.permissionDenied, "System roles cannot be deleted")
            }
            guard try !roles.isInUse(id, connection) else {
                throw CatalogError(.conflict, "Cannot delete role that is assigned to users")
            }
            try roles.delete(id, connection)
            try record(.roleDeleted, role, [], by: author, now, connection)
        }
    }

    private func record(
        _ action: AuditEvent.Action, _ role: Role, _ changes: [AuditEvent.Change], by author: Author, _ now: Int64,
        _ connection: any SQLConnection
    ) throws {
        let event = AuditEvent(action: action, target: .role(role), changes: changes)
        try audit.record(event, by: author, now: now, connection)
    }

    private func requireFree(_ draft: RoleDraft, except id: RoleID?, _ connection: any SQLConnection) throws {
        guard let other = try roles.role(named: TextFold.fold(draft.name), connection), other.id != id else { return }
        throw Self.nameTaken
    }

    /// Two that take the same name at the same moment: the unique index turns one of them away.
    private static func namingTaken<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CatalogError where error.code == .alreadyExists {
            throw nameTaken
        }
    }

    private static func requireGrantable(_ draft: RoleDraft, by author: Author) throws {
        if let missing = draft.permissions.names.first(where: { !author.permissions.covers($0) }) {
            throw CatalogError(.permissionDenied, "You cannot grant a permission that you do not have: \(missing)")
        }
        guard author.scope.covers(draft.grants.map(AccessScope.init) ?? .everything) else {
            throw CatalogError(.permissionDenied, "You cannot show others more of the storages than you may see")
        }
    }

    /// Names of all storage roots, for showing what roles show.
    package func rootNames() async throws -> [RootID: String] {
        try await database.read { try roles.rootNames($0) }
    }
}
