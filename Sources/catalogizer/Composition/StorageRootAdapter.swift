import CatalogCore
import CatalogServer
import CatalogSettings
import CatalogStorage

/// The commands of storage roots over the service of storage roots.
struct StorageRootAdapter: StorageRootCommands {
    let roots: StorageRootService

    func roots() async throws -> [StorageRootSummary] {
        try await roots.list(scope: .everything, includingDisabled: true).map(Self.summary)
    }

    func add(_ order: StorageRootOrder) async throws -> StorageRootSummary {
        let draft = try order.draft()
        if let known = try? await roots.find(draft.name, scope: .everything) {
            throw CatalogError(
                .alreadyExists,
                "There is a storage root \"\(known.name)\" at \(known.path) already. Choose another name, or remove that one "
                    + "first.")
        }
        do {
            return Self.summary(try await roots.create(draft, by: .commandLine).root)
        } catch let error as CatalogError where error.message.contains(Self.overlapField) {
            let message = error.message.replacing(Self.overlapField, with: "add --allow-overlap")
            throw CatalogError(error.code, message, details: error.details, cause: error.cause)
        }
    }

    /// What the API calls the flag.
    private static let overlapField = "set allow_overlap"

    func test(_ name: String) async throws -> StorageTestOutcome {
        let root = try await roots.named(name)
        switch try await roots.test(root.id, scope: .everything) {
        case .success: return StorageTestOutcome(isReachable: true, message: "\(root.path) can be read")
        case .failure(let error): return StorageTestOutcome(isReachable: false, message: error.message)
        }
    }

    func remove(_ name: String) async throws {
        try await roots.delete(try await roots.named(name).id, purge: false, by: .commandLine)
    }

    private static func summary(_ root: StorageRoot) -> StorageRootSummary {
        StorageRootSummary(
            id: root.id, name: root.name, url: root.url, status: root.shownStatus, lastError: root.lastError,
            lastScanAt: root.lastScanAt)
    }
}

extension StorageRootOrder {
    /// Sees whether a catalog could take it, before there is one.
    ///
    /// - Throws: `CatalogError.invalidArgument`, `.unsupported`.
    func check() throws {
        _ = try draft()
        let credentials = username.map { StorageCredentials(username: $0, password: password?.exposed ?? "") }
        let location = StorageLocation(
            url: try StorageURL(parsing: url), credentials: credentials, options: StorageOptions(options))
        try Composition.providers([]).backend(for: location).close()
    }

    fileprivate func draft() throws -> StorageRootDraft {
        let location = try StorageURL(parsing: url)
        if location.scheme == .file, username != nil || password != nil {
            throw CatalogError(.invalidArgument, "A local directory takes neither --username nor --password-file")
        }
        var draft = try StorageRootDraft(name: name, location: location)
        draft.allowOverlap = allowsOverlap
        if let username { draft.username = username }
        draft.password = password.map { SecretValue($0.exposed) }
        draft.options = options
        return draft
    }
}

extension StorageRootService {
    /// The root that a person at the command line names.
    ///
    /// - Throws: `CatalogError.notFound` that says where the names are.
    func named(_ name: String) async throws -> StorageRoot {
        do {
            return try await find(name, scope: .everything)
        } catch let error as CatalogError where error.code == .notFound {
            throw CatalogError(
                .notFound, "There is no storage root \"\(name)\". `catalogizer storage list` shows them.")
        }
    }
}
