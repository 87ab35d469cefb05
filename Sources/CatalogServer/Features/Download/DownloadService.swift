import CatalogCore
import CatalogScanner
import CatalogStorage

/// What downloads look into.
struct DownloadSources: Sendable {
    let catalog: CatalogStore
    let roots: StorageRootService
    let scans: ScanService
    let openFiles: OpenFileCache
}

/// The rules of downloads: what can be sent, and where it comes from.
struct DownloadService: Sendable {
    private let sources: DownloadSources
    private var catalog: CatalogStore { sources.catalog }
    private var roots: StorageRootService { sources.roots }
    private var openFiles: OpenFileCache { sources.openFiles }
    let pool: BlockingPool
    private let time: TimeSource
    private let live = LiveDownloads()

    /// - Parameter pool: threads for calls to storages.
    init(_ sources: DownloadSources, pool: BlockingPool, time: TimeSource) {
        (self.sources, self.pool, self.time) = (sources, pool, time)
    }

    /// The file with this id, opened now or a moment ago. Catalog and storage are asked in one go on a storage thread.
    ///
    /// - Parameters:
    ///   - isNew: whether one that was opened a moment ago will not do.
    ///   - part: what will most likely be read first of a file with so many bytes; nil when nothing may be.
    /// - Throws: `CatalogError.notFound` "File not found"; `.invalidArgument` "Cannot download directory as single file";
    ///   `.storageUnavailable` while the storage is away, also when another one is in its place.
    func open(
        _ id: EntryID, scope: AccessScope, isNew: Bool = false,
        expecting part: @escaping @Sendable (_ size: Int64) -> Range<Int64>? = { _ in nil }
    ) async throws -> OpenFile {
        let generation = roots.generation
        if !isNew, let known = openFiles.find(id, scope: scope, generation: generation) { return known }
        do {
            return try await pool.run {
                let found = try catalog.entryBlocking(id: id, scope: scope)
                try Self.requireDownloadable(found.entry, scope: scope)
                do {
                    let backend = try roots.backendBlocking(of: found.place.rootID)
                    let reader =
                        try found.entry.kind == .link
                        ? backend.openLinkTarget(found.path)
                        : backend.openReader(found.path, expecting: part(found.entry.sizeBytes))
                    let file = OpenFile(entry: found.entry, reader: reader, now: time.now)
                    openFiles.keep(file, of: found.place.rootID, at: found.path, generation: generation)
                    return file
                } catch let error as CatalogError {
                    throw Refusal(error: error, rootID: found.place.rootID, path: found.path)
                }
            }
        } catch let refusal as Refusal {
            try await checkPlace(of: refusal)
            throw Self.shown(refusal.error)
        }
    }

    /// Whether somebody who sees an entry may have its content. What a link leads to may be anywhere in its root, so that is for those who
    /// see all of it.
    ///
    /// - Throws: as `open`.
    static func requireDownloadable(_ entry: CatalogEntry, scope: AccessScope) throws {
        guard !entry.isDirectory else {
            throw CatalogError(.invalidArgument, "Cannot download directory as single file")
        }
        guard entry.kind != .link || scope.allowsWhole(entry.rootID) else {
            throw CatalogError(.notFound, "File not found", cause: "a link, in a root that the caller sees parts of")
        }
    }

    /// Counts a download that is sent in pieces; see `LiveDownloads`.
    func begin(of user: UserID) throws -> DownloadSlot { try live.begin(of: user) }

    /// Why a storage did not open a file.
    private struct Refusal: Error {
        let error: CatalogError
        let rootID: RootID
        let path: StoragePath
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
            guard probe.identity != scanned else {
                return await lookAgain(in: refusal.rootID, at: refusal.path, backend)
            }
            throw CatalogError(.storageUnavailable, "", cause: "\(root.path) is not what was scanned there")
        } catch let error as CatalogError {
            throw Self.shown(error)
        }
    }

    /// Has the directory looked at where a file is not what the catalog says: whether it was changed, deleted or moved is for a scan to
    /// say. One that does so already, or a person's, comes first.
    func lookAgain(in root: RootID, at path: StoragePath, _ backend: any StorageBackend) async {
        let directory = try? await pool.run {
            var directory = path.parent
            while let place = directory, place != .root, (try? backend.stat(place))?.kind != .directory {
                directory = place.parent
            }
            return directory
        }
        guard let directory = directory ?? nil else { return }
        _ = try? await sources.scans.request(ScanRequest(rootID: root, changed: [directory]))
    }

    /// What the client is told: the reason of a storage goes to the log, never its paths.
    private static func shown(_ error: CatalogError) -> CatalogError {
        switch error.code {
        case .notFound, .conflict: CatalogError(.notFound, "File not found", cause: error.description)
        case .storageUnavailable, .permissionDenied, .dataLoss:
            CatalogError(.storageUnavailable, "Storage unavailable", cause: error.description)
        default: error
        }
    }
}
