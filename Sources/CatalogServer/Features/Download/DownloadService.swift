import CatalogCore
import CatalogStorage

/// The rules of downloads: what can be sent, and where it comes from.
struct DownloadService: Sendable {
    private let catalog: CatalogStore
    private let roots: StorageRootService
    let pool: BlockingPool
    private let openFiles: OpenFileCache
    private let time: TimeSource
    private let live = LiveDownloads()

    /// - Parameter pool: threads for calls to storages.
    init(
        catalog: CatalogStore, roots: StorageRootService, pool: BlockingPool, openFiles: OpenFileCache, time: TimeSource
    ) {
        self.catalog = catalog
        self.roots = roots
        self.pool = pool
        self.openFiles = openFiles
        self.time = time
    }

    /// The file with this id, opened now or a moment ago. Catalog and storage are asked in one go on a storage thread.
    ///
    /// - Parameter isNew: whether one that was opened a moment ago will not do.
    /// - Throws: `CatalogError.notFound` "File not found"; `.invalidArgument` "Cannot download directory as single file";
    ///   `.storageUnavailable` while the storage is away, also when another one is in its place.
    func open(_ id: EntryID, scope: AccessScope, isNew: Bool = false) async throws -> OpenFile {
        let generation = roots.generation
        if !isNew, let known = openFiles.find(id, scope: scope, generation: generation) { return known }
        do {
            return try await pool.run {
                let found = try catalog.entryBlocking(id: id, scope: scope)
                guard !found.entry.isDirectory else {
                    throw CatalogError(.invalidArgument, "Cannot download directory as single file")
                }
                do {
                    let backend = try roots.backendBlocking(of: found.place.rootID)
                    let reader = try backend.openReader(found.path)
                    let file = OpenFile(entry: found.entry, reader: reader, now: time.now)
                    openFiles.keep(file, of: found.place.rootID, at: found.path, generation: generation)
                    return file
                } catch let error as CatalogError {
                    throw Refusal(error: error, rootID: found.place.rootID)
                }
            }
        } catch let refusal as Refusal {
            try await checkPlace(of: refusal)
            throw Self.shown(refusal.error)
        }
    }

    /// Counts a download that is sent in pieces; see `LiveDownloads`.
    func begin(of user: UserID) throws -> DownloadSlot { try live.begin(of: user) }

    /// Why a storage did not open a file.
    private struct Refusal: Error {
        let error: CatalogError
        let rootID: RootID
    }

    /// A disk that is not mounted leaves an empty directory in its place, where nothing is found although nothing was
    /// deleted.
    private func checkPlace(of refusal: Refusal) async throws {
        // A root that was removed meanwhile took its files with it.
        guard refusal.error.code == .notFound,
            let root = try? await roots.find(refusal.rootID, scope: .everything), let scanned = root.identity
        else { return }
        let backend = try roots.backend(of: root)
        do {
            let probe = try await pool.run { try backend.probe() }
            guard probe.identity != scanned else { return }
            throw CatalogError(.storageUnavailable, "", cause: "\(root.path) is not what was scanned there")
        } catch let error as CatalogError {
            throw Self.shown(error)
        }
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
