import CatalogCore

/// One kind of storage: the schemes of its URLs, and how a backend is made from one.
///
/// The executable lists all of them in one array.
package struct StorageBackendProvider: Sendable {
    /// Schemes that this provider answers for.
    package let schemes: Set<StorageURL.Scheme>
    /// What this kind of storage can do.
    package let facts: ProtocolFacts
    /// Makes a backend; does not reach out to the storage yet.
    package let make: @Sendable (StorageLocation) throws -> any StorageBackend

    /// - Parameters:
    ///   - schemes: what this provider answers for.
    ///   - facts: what this kind of storage can do.
    ///   - make: makes a backend and throws when the location makes no sense for it.
    package init(
        schemes: Set<StorageURL.Scheme>, _ facts: ProtocolFacts,
        make: @escaping @Sendable (StorageLocation) throws -> any StorageBackend
    ) {
        self.schemes = schemes
        self.facts = facts
        self.make = make
    }

    /// Directories of this machine.
    ///
    /// - Parameter reserved: directories of the program that no root may show, such as its data directory.
    /// - Returns: the provider for `file:` URLs.
    package static func local(leavingOut reserved: [ReservedDirectory]) -> StorageBackendProvider {
        StorageBackendProvider(schemes: [.file], LocalBackend.facts) {
            LocalBackend(path: $0.url.path, leavingOut: reserved)
        }
    }
}

extension [StorageBackendProvider] {
    /// Makes a backend for `location`.
    ///
    /// - Throws: `CatalogError.unsupported` when no provider answers for its scheme; `.invalidArgument` for options that make
    ///   no sense.
    package func backend(for location: StorageLocation) throws -> any StorageBackend {
        let scheme = location.url.scheme
        guard let provider = first(where: { $0.schemes.contains(scheme) }) else { throw unsupported(scheme) }
        return try provider.make(location)
    }

    /// Sees that a location has no options but those that some kind of storage knows: what nobody reads is a slip of the pen, or a
    /// password in the wrong place, where it would be shown.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the first other one, and those that there are.
    package func requireKnownOptions(of location: StorageLocation) throws {
        let known = Set(flatMap { $0.facts.options.map(\.name) })
        guard let unknown = location.options.values.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let own = first { $0.schemes.contains(location.url.scheme) }?.facts.options.map(\.name) ?? []
        let list = own.isEmpty ? "none" : own.joined(separator: ", ")
        throw CatalogError(
            .invalidArgument,
            "Unknown option \(unknown). Options of the protocol \(location.url.scheme.protocolName): \(list)")
    }

    private func unsupported(_ scheme: StorageURL.Scheme) -> CatalogError {
        let supported = Set(flatMap { $0.schemes.map(\.protocolName) }).sorted()
        return CatalogError(
            .unsupported,
            "Protocol \"\(scheme.protocolName)\" is not supported by this version; supported: "
                + supported.joined(separator: ", "))
    }
}

extension StorageURL.Scheme {
    /// What the API calls the protocol.
    package var protocolName: String {
        switch self {
        case .file: "local"
        case .smb: "smb"
        case .nfs: "nfs"
        case .ftp, .ftps: "ftp"
        case .http, .https: "webdav"
        }
    }
}
