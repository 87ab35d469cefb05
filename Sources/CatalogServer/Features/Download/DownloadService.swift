import CatalogCore
import CatalogStorage

/// The rules of downloads: what can be sent, and where it comes from.
struct DownloadService: Sendable {
    private let catalog: CatalogStore
    private let roots: StorageRootService
    private let pool: BlockingPool
    private let openFiles: OpenFileCache

    /// - Parameter pool: threads for calls to storages.
    init(catalog: CatalogStore, roots: StorageRootService, pool: BlockingPool, openFiles: OpenFileCache) {
        self.catalog = catalog
        self.roots = roots
        self.pool = pool
        self.openFiles = openFiles
    }

    /// The file with this id, opened now or a moment ago. Catalog and storage are asked in one go on a storage thread.
    ///
    /// - Throws: `CatalogError.notFound` "File not found"; `.invalidArgument` "Cannot download directory as single file";
    ///   `.storageUnavailable` while the storage is away.
    func open(_ id: EntryID, scope: AccessScope) async throws -> OpenFile {
        let generation = roots.generation
        if let known = openFiles.find(id, scope: scope, generation: generation) { return known }
        return try await pool.run {
            let found = try catalog.entryBlocking(id: id, scope: scope)
            guard !found.entry.isDirectory else {
                throw CatalogError(.invalidArgument, "Cannot download directory as single file")
            }
            do {
                let backend = try roots.backend(of: found.place.rootID, at: found.place.url)
                let file = OpenFile(entry: found.entry, reader: try backend.openReader(found.path))
                openFiles.keep(file, of: found.place.rootID, generation: generation)
                return file
            } catch let error as CatalogError {
                throw Self.shown(error)
            }
        }
    }

    /// Runs a read on a storage thread.
    func onStorageThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.run(body)
    }

    /// What the client is told: the reason of a storage goes to the log, never its paths.
    private static func shown(_ error: CatalogError) -> CatalogError {
        switch error.code {
        case .notFound, .conflict: CatalogError(.notFound, "File not found", cause: error.description)
        case .storageUnavailable, .permissionDenied:
            CatalogError(.storageUnavailable, "Storage unavailable", cause: error.description)
        default: error
        }
    }
}
