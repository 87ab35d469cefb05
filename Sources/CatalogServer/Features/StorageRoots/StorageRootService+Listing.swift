package import CatalogCore
import CatalogStorage

/// A name in a directory as the storage itself shows it now.
package struct LiveEntry: Sendable {
    /// Text form.
    let name: String
    /// Text form of the path below the root.
    let path: String
    let isDirectory: Bool
    /// Bytes; 0 for directories.
    let sizeBytes: Int64
    /// Nanoseconds since 1970; 0 when unknown.
    let modifiedNS: Int64
}

/// Looks at storages as they are now, past the catalog.
extension StorageRootService {
    /// A page of what a directory holds now: directories first, then by name, and how many names there are in all. What the
    /// caller may not see is not there.
    ///
    /// - Parameter text: the root's number, string id or name.
    /// - Throws: `CatalogError.notFound` for a root or a path that is not there; `.invalidArgument` "Path is not a directory";
    ///   `.storageUnavailable`.
    package func listing(
        of path: StoragePath, in text: String, page: Page, scope: AccessScope
    ) async throws -> (root: StorageRoot, entries: [LiveEntry], total: Int) {
        let root = try await find(text, scope: scope)
        guard root.enabled else { throw Self.notFound }
        guard scope.sight(of: path, in: root.id) != .nothing else { throw CatalogError(.notFound, "Path not found") }
        // A directory that was moved away can still be listed by who has it open.
        do { _ = try await probe(root) } catch let error as CatalogError { throw Self.shown(error) }
        let backend = try backend(of: root)
        let names = try await pool.run {
            var listing = DirectoryListing()
            do {
                try backend.list(NativePath(path), into: &listing)
            } catch let error as CatalogError {
                throw Self.shown(error)
            }
            // A server may name something twice.
            listing.sortByName()
            return try Self.entries(of: listing, at: path, scope, root.id)
        }
        return (root, Array(names.dropFirst(page.offset).prefix(page.limit)), names.count)
    }

    private static func entries(
        of listing: DirectoryListing, at path: StoragePath, _ scope: AccessScope, _ root: RootID
    ) throws -> [LiveEntry] {
        let prefix = path.components.isEmpty ? "" : path.text + "/"
        let entries = listing.entries.compactMap { entry -> (key: String, entry: LiveEntry)? in
            let bytes = listing.name(of: entry)
            guard let place = try? path.appending(bytes) else { return nil }
            switch scope.sight(of: place, in: root) {
            case .whole: break
            case .onTheWay: guard entry.kind == .directory else { return nil }
            case .nothing: return nil
            }
            let name = NameEncoding.text(of: bytes)
            let shown = LiveEntry(
                name: name, path: prefix + name, isDirectory: entry.kind == .directory,
                sizeBytes: entry.kind == .directory ? 0 : entry.sizeBytes, modifiedNS: entry.modifiedNS)
            return (TextFold.fold(name), shown)
        }
        return entries.sorted { first, second in
            if first.entry.isDirectory != second.entry.isDirectory { return first.entry.isDirectory }
            return first.key == second.key ? first.entry.name < second.entry.name : first.key < second.key
        }.map(\.entry)
    }

    /// What the client is told: the reason of a storage goes to the log.
    private static func shown(_ error: CatalogError) -> CatalogError {
        switch error.code {
        case .notFound: CatalogError(.notFound, "Path not found", cause: error.description)
        case .conflict: CatalogError(.invalidArgument, "Path is not a directory", cause: error.description)
        case .storageUnavailable, .permissionDenied, .dataLoss, .tooLarge:
            CatalogError(.storageUnavailable, "Storage unavailable", cause: error.description)
        default: error
        }
    }
}
