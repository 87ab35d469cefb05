import CatalogCore

/// Who makes a change: for the rules about who may, and for the audit trail.
package struct Author: Sendable {
    /// How somebody came to make a change.
    package enum Kind: String, Sendable {
        /// Logged in.
        case user
        /// A script with a key of a user.
        case apiKey = "api_key"
        /// Whoever has the machine.
        case commandLine = "command_line"
        /// The server itself, or somebody without an account yet.
        case system
    }

    let kind: Kind
    /// Nil for the command line and the server.
    let userID: UserID?
    /// The username, or what the author is called.
    let name: String
    /// From where, as trusted proxies say; nil for the machine itself.
    let address: String?
    /// What the author may do, and so may give to others.
    let permissions: PermissionSet
    /// What the author may see of the catalog, and so may show to others.
    let scope: AccessScope

    /// A caller of the API.
    ///
    /// - Parameter address: of the client.
    package init(_ caller: Caller, from address: String) {
        kind = caller.apiKeyID == nil ? .user : .apiKey
        userID = caller.userID
        name = caller.username
        self.address = address
        permissions = caller.permissions
        scope = caller.scope
    }

    /// Whoever asked for work that is done later: what they may do was seen to then, and nothing is decided by it now.
    init(kind: Kind, userID: UserID?, name: String, address: String?) {
        self.kind = kind
        self.userID = userID
        self.name = name
        self.address = address
        permissions = PermissionSet([])
        scope = .parts([:])
    }

    private init(_ kind: Kind, name: String, address: String? = nil) {
        self.kind = kind
        userID = nil
        self.name = name
        self.address = address
        permissions = PermissionSet(["*"])
        scope = .everything
    }

    /// Somebody with the program and the data directory in their hands.
    package static let commandLine = Author(.commandLine, name: "command line")
    /// The server: what it does by its own rules.
    package static let system = Author(.system, name: "system")

    /// The server, because of what somebody sent from a network.
    static func wrongPasswords(from network: String) -> Author {
        Author(.system, name: "wrong passwords", address: network)
    }

    /// Somebody without an account, who makes one.
    static func stranger(named name: String, from address: String?) -> Author {
        Author(.system, name: name, address: address)
    }

    /// Whether the author has everything that a role gives.
    func covers(_ role: Role) -> Bool {
        role.permissions.names.allSatisfy(permissions.covers) && scope.covers(role.scope)
    }

    /// - Throws: `CatalogError.permissionDenied`.
    func require(_ permission: Permission) throws {
        guard permissions.allows(permission) else {
            throw CatalogError(.permissionDenied, "Insufficient permissions")
        }
    }
}

extension AppRequestContext {
    /// The caller as the author of a change.
    ///
    /// - Throws: `CatalogError.unauthenticated` when there is none.
    func requireAuthor() throws -> Author {
        Author(try requireCaller(), from: clientAddress.description)
    }
}
