import CatalogCore
import CatalogDatabase

/// Makes, lists, ends and recognises API keys.
///
/// A key works while its owner may log in, and allows what both the key and the owner's role allow at that moment.
package struct APIKeyService: Sendable {
    private let database: any Database
    private let cache: CallerCache
    private let uses: LastUses
    private let time: TimeSource
    private let random: RandomSource
    private let keys = APIKeyStore()
    private let users = UserStore()
    private let roles = RoleStore()
    private let audit = AuditStore()

    init(database: any Database, cache: CallerCache, uses: LastUses, time: TimeSource, random: RandomSource) {
        self.database = database
        self.cache = cache
        self.uses = uses
        self.time = time
        self.random = random
    }

    /// A new key of the caller.
    ///
    /// - Returns: the key as it is listed, and its text, which nobody can see again.
    /// - Throws: `CatalogError.invalidArgument` naming the field; `.permissionDenied` for a permission that the caller lacks,
    ///   and for callers with a key; `.conflict` when the caller has too many.
    package func create(
        _ order: APIKeyOrder, of caller: Caller, by author: Author
    ) async throws -> (key: APIKey, secret: String) {
        try caller.requireSession()
        let order = try checked(order)
        for name in order.permissions ?? [] where !caller.permissions.covers(name) {
            throw CatalogError(.permissionDenied, "You cannot grant a permission that you do not have: \(name)")
        }
        let secret = APIKey.prefix + OpaqueToken(random).text
        let now = time.now
        let key = try await database.write { connection in
            guard try keys.keys(of: caller.userID, connection).count < Limits.apiKeysPerUser else {
                throw CatalogError(.conflict, "Too many API keys, delete some first")
            }
            let hash = OpaqueToken.hash(of: secret)
            let id = try keys.insert(order, hash: hash, of: caller.userID, now: now, connection)
            guard let key = try keys.key(id, connection) else {
                throw CatalogError.internalError("the new API key \(id) cannot be read")
            }
            let changes = [AuditEvent.Change("permissions", to: order.permissions?.joined(separator: " "))]
            let event = AuditEvent(action: .apiKeyCreated, target: .apiKey(id, order.name), changes: changes)
            try audit.record(event, by: author, now: now, connection)
            return key
        }
        return (key, secret)
    }

    private func checked(_ order: APIKeyOrder) throws -> APIKeyOrder {
        if let expiresAt = order.expiresAt, expiresAt <= time.now {
            throw CatalogError(.invalidArgument, "expires_at must be in the future")
        }
        return APIKeyOrder(
            name: try ProfileRules.name(order.name, "name"),
            permissions: try order.permissions.map { try RoleDraft.checked(permissions: $0).names },
            expiresAt: order.expiresAt)
    }

    /// The caller's keys, oldest first, without their secrets.
    ///
    /// - Throws: `CatalogError.permissionDenied` for callers with a key.
    package func list(of caller: Caller) async throws -> [APIKey] {
        try caller.requireSession()
        try await uses.write()
        return try await database.read { try keys.keys(of: caller.userID, $0) }
    }

    /// Ends one of the caller's keys at once.
    ///
    /// - Throws: `CatalogError.notFound`, also for keys of others; `.permissionDenied` for callers with a key.
    package func delete(_ id: Int64, of caller: Caller, by author: Author) async throws {
        try caller.requireSession()
        let now = time.now
        try await database.write { connection in
            guard let key = try keys.key(id, connection), key.userID == caller.userID else {
                throw CatalogError(.notFound, "API key not found")
            }
            try keys.delete(key, connection)
            let event = AuditEvent(action: .apiKeyDeleted, target: .apiKey(id, key.name))
            try audit.record(event, by: author, now: now, connection)
        }
        cache.drop { $0.apiKeyID == id }
    }

    /// The caller behind a key, as the database says now, or at most half a second ago.
    ///
    /// - Throws: `CatalogError.unauthenticated`.
    func authenticate(_ secret: String) async throws -> Caller {
        let hash = OpaqueToken.hash(of: secret)
        let caller = try await caller("key hash \(hash)") { try keys.key(hash: hash, $0) }
        if let id = caller.apiKeyID { uses.note(.apiKey(id), at: time.now) }
        return caller
    }

    /// The same for a key that was recognised before: long-lived streams ask again and again.
    func caller(keyID: Int64) async throws -> Caller {
        try await caller("key \(keyID)") { try keys.key(keyID, $0) }
    }

    private func caller(
        _ name: String, _ find: @escaping @Sendable (any SQLConnection) throws -> APIKey?
    ) async throws -> Caller {
        let now = time.now
        switch cache.look(name, now: now) {
        case .known(let caller): return caller
        case .mustRead(let reading):
            let caller = try await database.read { connection -> Caller? in
                guard let key = try find(connection), key.isAlive(at: now),
                    let user = try users.user(key.userID, connection), user.isActive, !user.isLocked(at: now),
                    let role = try roles.role(user.roleID, connection)
                else { return nil }
                return Caller(user, role, key)
            }
            guard let caller else { throw AuthenticationFailure.invalidToken }
            cache.keep(caller, named: name, reading)
            return caller
        }
    }
}
