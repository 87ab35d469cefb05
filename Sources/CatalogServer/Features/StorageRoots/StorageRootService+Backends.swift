package import CatalogCore
package import CatalogStorage

/// How roots become backends, and what is checked before one is stored.
extension StorageRootService {
    /// The backend of a root, for reading.
    package func backend(of root: StorageRoot) throws -> any StorageBackend {
        try registry.backend(for: root.id, of: Self.settings(root)) { try backend(for: StorageRootDraft(root)) }
    }

    /// The same for a root of which only the number is known, on a thread that may block.
    func backendBlocking(of id: RootID) throws -> any StorageBackend {
        if let known = registry.known(id) { return known }
        guard let root = try store.findBlocking(id) else { throw Self.notFound }
        return try backend(of: root)
    }

    private static func settings(_ root: StorageRoot) -> StorageRootSettings {
        StorageRootSettings(
            url: root.url, username: root.username, domain: root.domain, options: root.options,
            sealedPassword: root.sealedPassword)
    }

    /// Whether calls to a remote root reach it now; nil for local roots, and while nobody has asked one.
    package func circuit(of id: RootID) -> CircuitBreaker.State? { registry.known(id)?.circuit }

    private func backend(for draft: StorageRootDraft) throws -> any StorageBackend {
        try access.providers.backend(for: draft.location(access.vault.open))
    }

    /// The draft with its password sealed, if the backend takes it all.
    ///
    /// - Parameter root: what it changes; nil for a new one.
    func prepared(_ draft: StorageRootDraft, over root: StorageRoot?) throws -> StorageRootDraft {
        var draft = draft
        if let root, root.sealedPassword != nil, draft.password == nil, draft.username != nil {
            // Otherwise whoever may change a root could have its password sent to a machine of theirs, or read it on its way.
            let (known, new) = (try StorageURL(parsing: root.url), try StorageURL(parsing: draft.url))
            guard known.isSameServer(as: new) else {
                throw CatalogError(.invalidArgument, "password must be given again when the server changes")
            }
            let before = PasswordProtection(known, root.options)
            if let name = PasswordProtection(new, draft.options).weakened(since: before) {
                throw CatalogError(.invalidArgument, "password must be given again when \(name) changes")
            }
        }
        if draft.username == nil, draft.password?.text.isEmpty == false {
            throw CatalogError(.invalidArgument, "username is required with a password")
        }
        // Refuses options that make no sense, and protocols that this version does not have.
        try backend(for: draft).close()
        try access.providers.requireKnownOptions(of: draft.location(access.vault.open))
        if let password = draft.password {
            draft.sealedPassword = password.text.isEmpty ? nil : try access.vault.seal(password.text)
        }
        if draft.username == nil { draft.sealedPassword = nil }
        return draft
    }

    func checkAnswers(_ draft: StorageRootDraft) async throws {
        let backend = try backend(for: draft)
        defer { backend.close() }
        do {
            _ = try await pool.run { try backend.probe() }
        } catch let error as CatalogError {
            throw CatalogError(.invalidArgument, error.message, cause: error.cause)
        }
    }
}
