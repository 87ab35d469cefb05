import CatalogCore
package import CatalogStorage

/// The rules of looking at SMB servers that are no storage roots: how many looks at once, and what failures mean to callers.
package struct SMBDiscoveryService: Sendable {
    private let discovery: any ShareDiscovery
    private let pool: BlockingPool
    /// Setting `smb.allow_get`: whether the forms whose query string holds a password exist.
    let allowsGet: Bool

    /// - Parameter allowsGet: whether the forms whose query string holds a password exist.
    package init(_ discovery: any ShareDiscovery, allowsGet: Bool = true) {
        self.discovery = discovery
        self.allowsGet = allowsGet
        // Nobody waits for a thread: a look takes up to half a minute.
        pool = BlockingPool(name: "discovery", threads: Limits.discoveriesAtOnce, queueLimit: 0)
    }

    /// What a server offers, by name.
    ///
    /// - Throws: `CatalogError.permissionDenied` for a wrong password and for a forbidden network, `.storageUnavailable`,
    ///   `.unavailable` when too many look at once.
    func shares(of server: ShareServer) async throws -> [FoundShare] {
        try await look {
            let shares = try discovery.shares(of: server)
            return Self.sorted(shares) { SortKey(group: 0, Array($0.name.utf8)) }
        }
    }

    /// Tries to log in to a share.
    ///
    /// - Returns: what is wrong and what to do; nil when there is nothing.
    /// - Throws: `CatalogError.permissionDenied` for a forbidden network, where nothing was tried; `.unavailable` when too many
    ///   look at once.
    func complaint(about share: String, of server: ShareServer) async throws -> String? {
        do {
            try await pool.run { try discovery.reach(share, of: server) }
            return nil
        } catch let failure as DiscoveryFailure {
            guard failure.reason != .forbiddenNetwork else { throw failure.error }
            return failure.message
        } catch let error as CatalogError where error.code == .storageUnavailable {
            return error.message
        }
    }

    /// What a directory of a share holds: directories first, then by name.
    ///
    /// - Throws: as `shares(of:)`; `CatalogError.notFound` for a share or directory that is not there; `.invalidArgument` for a
    ///   file; `.tooLarge`.
    func list(_ directory: StoragePath, in share: String, of server: ShareServer) async throws -> [FoundEntry] {
        try await look {
            let entries = try discovery.list(directory, in: share, of: server)
            // Here, since folding fifty thousand names takes its time.
            return Self.sorted(entries) { SortKey(group: $0.isDirectory ? 0 : 1, $0.name) }
        }
    }

    /// Refuses further looks, without waiting for one that a silent server holds up.
    package func close() { pool.abandon() }

    private static func sorted<Element>(_ elements: [Element], by key: (Element) -> SortKey) -> [Element] {
        elements.map { (key: key($0), element: $0) }.sorted { $0.key < $1.key }.map(\.element)
    }

    private func look<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await pool.run(body)
        } catch let failure as DiscoveryFailure {
            throw failure.error
        }
    }
}

/// The place of a name among others; names that differ in case only stay apart.
private struct SortKey: Comparable {
    private let group: Int
    private let folded: String
    private let name: [UInt8]

    init(group: Int, _ name: [UInt8]) {
        (self.group, self.name) = (group, name)
        folded = TextFold.fold(NameEncoding.text(of: name))
    }

    static func < (first: SortKey, second: SortKey) -> Bool {
        if first.group != second.group { return first.group < second.group }
        if first.folded != second.folded { return first.folded < second.folded }
        return first.name.lexicographicallyPrecedes(second.name)
    }
}

extension DiscoveryFailure {
    fileprivate var error: CatalogError {
        switch reason {
        case .forbiddenNetwork, .directoryRefused: CatalogError(.permissionDenied, message, cause: cause)
        case .unreachable: CatalogError(.storageUnavailable, message, cause: cause)
        case .loginRefused: CatalogError(.permissionDenied, "Authentication failed", cause: cause)
        case .noShare: CatalogError(.notFound, "Share not found", cause: cause)
        case .noDirectory: CatalogError(.notFound, "Path not found", cause: cause)
        case .notDirectory: CatalogError(.invalidArgument, "Path is not a directory", cause: cause)
        case .tooMuch: CatalogError(.tooLarge, message, cause: cause)
        }
    }
}
