package import CatalogStorage

/// How the rules of storage roots reach a storage.
package struct StorageAccess: Sendable {
    /// Open backends, one for each root.
    let registry: StorageRegistry
    /// The protocols of this program.
    let providers: [StorageBackendProvider]
    /// Threads for calls to storages.
    let pool: BlockingPool
    /// Looks at whole roots.
    let probes: StorageProbes
    /// Opens the passwords of remote roots.
    let vault: CredentialVault

    package init(
        registry: StorageRegistry, providers: [StorageBackendProvider], pool: BlockingPool, probes: StorageProbes,
        vault: CredentialVault
    ) {
        self.registry = registry
        self.providers = providers
        self.pool = pool
        self.probes = probes
        self.vault = vault
    }
}
