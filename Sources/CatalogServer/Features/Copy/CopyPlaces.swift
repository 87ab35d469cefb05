import CatalogCore
import CatalogStorage

/// Finds the ends of copies, for people who may use them only.
struct CopyPlaces: Sendable {
    /// Which end of a copy.
    enum Side: Sendable {
        case source, destination

        /// What may not be seen is as absent as what is not there.
        var absent: CatalogError {
            switch self {
            case .source: CatalogError(.notFound, "Source file not found")
            case .destination: CatalogError(.notFound, "Destination not found")
            }
        }
    }

    let roots: StorageRootService
    let local: LocalPlaces

    /// A path below the root that `text` names.
    ///
    /// - Parameter path: without its root; one that ends with a slash is a directory, into which `fileName` goes.
    /// - Throws: `CatalogError.notFound` for a root or a place that the caller may not see; `.invalidArgument` for what is no
    ///   path of a file; `.conflict` for a disabled root.
    func end(
        inRoot text: String, _ path: String, _ side: Side, fileName: [UInt8]? = nil, scope: AccessScope
    ) async throws -> CopyEnd {
        let root = try await roots.find(text, scope: scope)
        let place = try file(path, fileName)
        guard scope.sight(of: place, in: root.id) == .whole else { throw side.absent }
        guard root.enabled else { throw CatalogError(.conflict, "The storage root is disabled") }
        return CopyEnd(
            place: .root(root.id, place.text), shown: "\(text):\(place.text)", name: "\(root.name):\(place.text)")
    }

    /// An absolute path of this machine. Nobody whose scope is a part of the catalog may use it: it is in no scope.
    ///
    /// - Throws: `CatalogError.permissionDenied`, `.invalidArgument`.
    func end(onMachine path: String, fileName: [UInt8]? = nil, scope: AccessScope) throws -> CopyEnd {
        guard scope == .everything else { throw LocalPlaces.outside }
        guard path.hasPrefix("/") else { throw CatalogError(.invalidArgument, "Invalid path") }
        let place = "/" + (try file(path, fileName)).text
        _ = try local.place(place)
        return CopyEnd(place: .local(place), shown: place, name: place)
    }

    /// The path of a file.
    private func file(_ path: String, _ fileName: [UInt8]?) throws -> StoragePath {
        var place = try StoragePath(parsing: path)
        if path.hasSuffix("/") {
            guard let fileName else { throw CatalogError(.invalidArgument, "Path is not a file") }
            place = try place.appending(fileName)
        }
        // Names that begin as parts do are the program's own.
        guard place != .root, !place.hasReservedName else { throw CatalogError(.invalidArgument, "Invalid path") }
        return place
    }

    /// Opens a place, once its root is seen to be the one that was scanned: a disk that is not mounted leaves a directory that
    /// would take everything.
    func open(_ place: CopyRequest.Place) async throws -> TransferPlace {
        switch place {
        case .local(let text): return try local.place(text)
        case .root(let id, let text):
            let root = try await roots.find(id, scope: .everything)
            guard root.enabled else { throw CatalogError(.conflict, "The storage root is disabled") }
            _ = try await roots.probe(root)
            return TransferPlace(
                storage: "root:\(id)", backend: try roots.backend(of: root), path: try StoragePath(parsing: text))
        }
    }
}

extension String {
    /// The two sides of `host:path`; nil when one of them is missing.
    var hostAndPath: (host: String, path: String)? {
        guard let colon = firstIndex(of: ":"), colon > startIndex else { return nil }
        let path = self[index(after: colon)...]
        return path.isEmpty ? nil : (String(self[..<colon]), String(path))
    }
}
