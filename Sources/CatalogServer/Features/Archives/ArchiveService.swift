import CatalogCore
import CatalogDatabase
import CatalogStorage

/// An archive that may be sent.
struct Archive: Sendable {
    let kind: ArchiveKind
    /// What a browser calls it.
    let fileName: [UInt8]
    let members: ArchiveMembers
    /// Where every byte is; nil when that shows only on the way.
    let layout: (any ArchiveLayout)?
    /// Strong; nil without a layout.
    let etag: String?
}

/// The rules of archives: what may be in one, and where its bytes come from.
package struct ArchiveService: Sendable {
    /// What files came to; runs as a service.
    package let checksums: ArchiveChecksums
    let threads = ArchiveThreads()
    private let store: ArchiveStore
    private let roots: StorageRootService
    private let downloads: DownloadService
    private let pool: BlockingPool
    private let maxBytes: Int64
    private let time: TimeSource

    /// - Parameters:
    ///   - pool: threads for calls to storages.
    ///   - maxBytes: of all files of one archive; 0 for any number.
    init(
        database: any Database, roots: StorageRootService, downloads: DownloadService, pool: BlockingPool,
        maxBytes: Int64, time: TimeSource
    ) {
        store = ArchiveStore(database: database, budget: ArchiveBudget())
        checksums = ArchiveChecksums(database: database, time: time)
        (self.roots, self.downloads, self.pool) = (roots, downloads, pool)
        (self.maxBytes, self.time) = (maxBytes, time)
    }

    /// A directory with all that is in it, under its own name.
    ///
    /// - Parameter path: as browsing takes it: the name of a root, and a path below it.
    /// - Throws: `CatalogError.notFound` "Directory not found or empty"; `.invalidArgument` "Path is required", "Invalid path",
    ///   "Path is not a directory" or "Directory too large for download", and for too many files.
    func directory(_ path: [UInt8], _ kind: ArchiveKind, scope: AccessScope) async throws -> Archive {
        guard let place = try CatalogService.split(path) else {
            throw CatalogError(.invalidArgument, "Path is required")
        }
        let absent = CatalogError(.notFound, "Directory not found or empty")
        do {
            let limit = ArchiveStore.SizeLimit(maxBytes: maxBytes, message: "Directory too large for download")
            let tree = try await store.directory(place.path, ofRoot: place.root, scope: scope, limit)
            guard tree.nodes.count > 1 else { throw absent }
            let name = Array(tree.name(0)) + Array(".\(kind.fileExtension)".utf8)
            return try await archive(tree, kind, fileName: name)
        } catch let error as CatalogError where error.code == .notFound {
            throw absent
        }
    }

    /// Several files and directories.
    ///
    /// - Throws: `CatalogError.notFound` "File not found" with what is missing; "Storage root not found"; `.invalidArgument`
    ///   "No paths specified", "Total size too large for download", and for too many files.
    func choices(_ choices: ArchiveStore.Choices, _ kind: ArchiveKind, scope: AccessScope) async throws -> Archive {
        var choices = choices
        let count = choices.paths.count + choices.ids.count
        guard count > 0 else { throw CatalogError(.invalidArgument, "No paths specified") }
        guard count <= Limits.archiveChoices else {
            throw CatalogError(.invalidArgument, "Too many paths; at most \(Limits.archiveChoices) at once")
        }
        if let root = choices.root {
            choices.root = try await roots.find(root, scope: scope).name
        } else if !choices.paths.isEmpty {
            choices.roots = try await roots.list(scope: scope, includingDisabled: false).map(\.name)
            guard choices.roots.count * choices.paths.count <= 2 * Limits.archiveChoices else {
                throw CatalogError(
                    .invalidArgument, "Too many paths to look for in every storage root; name one in smb_root")
            }
        }
        let limit = ArchiveStore.SizeLimit(maxBytes: maxBytes, message: "Total size too large for download")
        let tree = try await store.choices(choices, scope: scope, limit)
        let name = "archive_\(time.now / 1_000_000).\(kind.fileExtension)"
        return try await archive(tree, kind, fileName: Array(name.utf8))
    }

    /// Puts a million members in order, which takes a processor's time.
    private func archive(_ tree: ArchiveTree, _ kind: ArchiveKind, fileName: [UInt8]) async throws -> Archive {
        try await threads.pool.run {
            let members = tree.sealed()
            let layout = try kind.layout(of: members)
            return Archive(
                kind: kind, fileName: fileName, members: members, layout: layout,
                etag: layout.map { members.etag(type(of: $0).version) })
        }
    }

    /// Looks whether the storages of an archive are there, while there still is an answer to give.
    ///
    /// - Throws: `CatalogError.storageUnavailable`. What else may be wrong with a file breaks the connection in its turn.
    func checkStorages(of archive: Archive, scope: AccessScope) async throws {
        for member in archive.members.firstFiles {
            do {
                _ = try await downloads.open(archive.members.entryID(member), scope: scope, isNew: true)
            } catch let error as CatalogError where error.code != .storageUnavailable {
                continue
            }
        }
    }

    /// Counts an archive among the downloads of a user.
    func begin(of user: UserID) throws -> DownloadSlot { try downloads.begin(of: user) }

    /// The bytes of an archive, for one task.
    ///
    /// - Parameters:
    ///   - part: what of an archive with a layout is wanted.
    ///   - note: told which files are sent.
    func body(
        of archive: Archive, _ part: Range<Int64>, note: @escaping @Sendable ([EntryID]) -> Void
    ) -> any ArchiveBody {
        let backends = ArchiveBackends(roots: roots)
        let source = ArchiveSource(
            members: archive.members, hasChecksums: archive.kind == .storedZip, backend: backends.backend(of:),
            pool: pool
        ) { [downloads, pool] root, path in
            guard let backend = try? await pool.run({ try backends.backend(of: root) }) else { return }
            await downloads.lookAgain(in: root, at: path, backend)
        }
        let reading = MemberReading(source, note: note)
        switch archive.kind {
        case .deflatedZip: return DeflatedZip(reading, threads: threads)
        case .tarGzip:
            let tar = TarLayout(archive.members)
            return GzipArchive(
                bytes: ArchiveBytes(0..<tar.byteCount, of: tar, reading, checksums: nil), threads: threads)
        case .storedZip, .tar:
            let layout = archive.layout ?? TarLayout(archive.members)
            return PlainArchive(
                bytes: ArchiveBytes(
                    part, of: layout, reading,
                    checksums: source.hasChecksums ? MemberChecksums(archive.members, log: checksums) : nil))
        }
    }
}
