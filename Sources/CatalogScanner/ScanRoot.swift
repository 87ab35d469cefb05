package import CatalogCore
package import CatalogStorage

/// What a scan has to know of a storage root.
package struct ScanRoot: Sendable {
    /// The root's row in the table of storage roots.
    package let id: RootID
    /// The name that people gave it.
    package let name: String
    /// Opened and ready; the scan does not close it.
    package let backend: any StorageBackend
    /// Which names the walk looks at and which it passes over.
    package let patterns: NamePatterns
    /// Directories below each other that are entered; nil means all.
    package let maxDepth: Int?
    /// What the root was at its last scan; nil before the first one.
    package let identity: String?

    package init(
        id: RootID, name: String, backend: any StorageBackend, patterns: NamePatterns, maxDepth: Int?, identity: String?
    ) {
        self.id = id
        self.name = name
        self.backend = backend
        self.patterns = patterns
        self.maxDepth = maxDepth
        self.identity = identity
    }
}

extension ScanRoot {
    /// Whether another disk answers than the one that was scanned last.
    func isReplaced(_ probe: StorageProbe) -> Bool { identity.map { $0 != probe.identity } ?? false }
}

/// Where scans get their roots from, and what they report of them: the owner of the table of storage roots.
package protocol ScanRootProvider: Sendable {
    /// The root with its backend opened.
    ///
    /// - Throws: `CatalogError.notFound` when it is gone, `.unavailable` when it is disabled.
    func scanRoot(_ id: RootID) async throws -> ScanRoot

    /// Notes that the root answered or did not, as a scan found it.
    func noteReachability(of id: RootID, error: CatalogError?) async throws

    /// Notes which disk the root is, before the first entry of it is written.
    func noteIdentity(of id: RootID, _ identity: String) async throws

    /// Notes a finished scan; `identity` nil keeps the stored one.
    func noteScanned(_ id: RootID, identity: String?) async throws
}
