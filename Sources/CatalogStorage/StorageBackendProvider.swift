import CatalogCore

/// One kind of storage: the schemes of its URLs, and how a backend is made from one.
///
/// The executable lists all of them in one array.
package struct StorageBackendProvider: Sendable {
    /// Schemes that this provider answers for.
    package let schemes: Set<StorageURL.Scheme>
    /// Makes a backend; does not reach out to the storage yet.
    package let make: @Sendable (StorageURL) throws -> any StorageBackend

    /// - Parameters:
    ///   - schemes: what this provider answers for.
    ///   - make: makes a backend and throws when the URL makes no sense for it.
    package init(schemes: Set<StorageURL.Scheme>, make: @escaping @Sendable (StorageURL) throws -> any StorageBackend) {
        self.schemes = schemes
        self.make = make
    }

    /// Directories of this machine.
    ///
    /// - Parameter reserved: directories of the program that no root may show, such as its data directory.
    /// - Returns: the provider for `file:` URLs.
    package static func local(leavingOut reserved: [ReservedDirectory]) -> StorageBackendProvider {
        StorageBackendProvider(schemes: [.file]) { LocalBackend(path: $0.path, leavingOut: reserved) }
    }
}

extension [StorageBackendProvider] {
    /// Makes a backend for `url`.
    ///
    /// - Throws: `CatalogError.unsupported` when no provider answers for its scheme.
    package func backend(for url: StorageURL) throws -> any StorageBackend {
        guard let provider = first(where: { $0.schemes.contains(url.scheme) }) else {
            throw CatalogError(
                .unsupported, "Storage of the kind \"\(url.scheme.rawValue)\" is not supported by this version")
        }
        return try provider.make(url)
    }

    /// Whether a URL of this scheme has a backend.
    package func supports(_ scheme: StorageURL.Scheme) -> Bool {
        contains { $0.schemes.contains(scheme) }
    }
}
