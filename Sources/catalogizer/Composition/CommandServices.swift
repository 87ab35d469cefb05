import CatalogSettings

/// What the commands ask of the product. The commands know these words only, and the composition gives them meaning.
struct CommandServices: Sendable {
    let storageRoots: any StorageRootCommands
    let scans: any ScanCommands
    let search: any SearchCommands
    let users: any UserCommands
}

/// The commands below `catalogizer storage`.
protocol StorageRootCommands: Sendable {
    /// Every storage root, by name.
    func roots() async throws -> [StorageRootSummary]

    /// - Throws: `CatalogError.invalidArgument`, `.unsupported` for a scheme of later versions, `.alreadyExists`.
    func add(_ order: StorageRootOrder) async throws -> StorageRootSummary

    /// Tries to reach a root and to list its directory.
    ///
    /// - Throws: `CatalogError.notFound`; that it cannot be reached is an outcome.
    func test(_ name: String) async throws -> StorageTestOutcome

    /// - Throws: `CatalogError.notFound`.
    func remove(_ name: String) async throws
}

/// A storage root to be added.
struct StorageRootOrder: Sendable {
    let name: String
    let url: String
    let username: String?
    let password: SecretText?
    /// What the protocol wants to know beside, by name.
    let options: [String: String]
    /// Whether it may lie inside of another one, or around one.
    let allowsOverlap: Bool
}

/// A storage root in a list.
struct StorageRootSummary: Sendable {
    let id: Int64
    let name: String
    let url: String
    /// `online`, `offline`, `unknown` or `disabled`.
    let status: String
    let lastError: String?
    /// Microseconds since 1970.
    let lastScanAt: Int64?
}

/// How an attempt to reach a storage root ended.
struct StorageTestOutcome: Sendable {
    let isReachable: Bool
    let message: String
}

/// `catalogizer search`.
protocol SearchCommands: Sendable {
    /// - Throws: `CatalogError.notFound` for a root that is not there.
    func search(_ order: SearchOrder) async throws -> SearchPage
}

/// What to look for.
struct SearchOrder: Sendable {
    let term: String
    /// Nil: everywhere.
    let rootName: String?
    /// Rows.
    let limit: Int
}

/// The first hits, in the order of the API, and how many there are.
struct SearchPage: Sendable {
    let hits: [SearchHit]
    let total: Int
}

/// One entry that was found.
struct SearchHit: Sendable {
    let id: Int64
    let rootName: String
    /// Below the root, in text form.
    let path: String
    let isDirectory: Bool
    let sizeBytes: Int64
    /// Microseconds since 1970.
    let modifiedAt: Int64?
}

/// The commands below `catalogizer user`.
protocol UserCommands: Sendable {
    /// Every account, by name.
    func users() async throws -> [UserSummary]

    /// - Throws: `CatalogError.invalidArgument` for a name, address, password or role that is not accepted,
    ///   `.alreadyExists`.
    func add(_ order: UserOrder, password: SecretText) async throws -> UserSummary

    /// Sets a password and ends every session of the account; it has to be changed at the next login.
    ///
    /// - Throws: `CatalogError.notFound`, `.invalidArgument` for a password that is too short.
    func resetPassword(of username: String, to password: SecretText) async throws

    /// Locks an account and ends its sessions.
    ///
    /// - Parameter until: microseconds since 1970; nil for a lock that somebody has to take away.
    /// - Throws: `CatalogError.notFound`, `.invalidArgument` for a time that is past, `.conflict` for the last administrator.
    func lock(_ username: String, until: Int64?) async throws

    /// Takes a lock away, whoever set it.
    ///
    /// - Throws: `CatalogError.notFound`.
    func unlock(_ username: String) async throws

    /// - Throws: `CatalogError.notFound`, `.invalidArgument` for a role that is not there, `.conflict` for the last
    ///   administrator.
    func setRole(of username: String, to role: String) async throws -> UserSummary

    /// Every role: those of the system first, then by name.
    func roles() async throws -> [RoleSummary]
}

/// A role in a list.
struct RoleSummary: Sendable {
    let id: Int64
    let name: String
    let description: String?
    let permissions: [String]
    let isSystem: Bool
}

/// An account to be made.
struct UserOrder: Sendable {
    let username: String
    let email: String
    /// Nil: the role of people who register themselves.
    let role: String?
}

/// An account in a list.
struct UserSummary: Sendable {
    let id: Int64
    let username: String
    let email: String
    let role: String
    let isActive: Bool
    let isLocked: Bool
    /// Microseconds since 1970.
    let lastLoginAt: Int64?
}
