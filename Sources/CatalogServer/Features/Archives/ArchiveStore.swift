import CatalogCore
import CatalogDatabase

/// What of the catalog goes into an archive. Each question is one read, so that an archive is of one moment.
struct ArchiveStore: Sendable {
    /// How much may be in an archive, and what is said of more.
    struct SizeLimit: Sendable {
        /// 0 for any number.
        let maxBytes: Int64
        let message: String

        func check(_ bytes: Int64) throws {
            guard maxBytes > 0, bytes > maxBytes else { return }
            throw CatalogError(
                .invalidArgument, message, details: ["total_size": .integer(bytes), "max_size": .integer(maxBytes)])
        }
    }

    /// What a request for several things may mean.
    struct Choices: Sendable {
        /// Below `root`, or with a root's name in front, or below one of `roots`.
        var paths: [String] = []
        var ids: [EntryID] = []
        var root: String?
        /// Names of all roots that the caller may see; not needed where `root` is given.
        var roots: [String] = []
    }

    let database: any Database
    let budget: ArchiveBudget

    /// A directory with all that is in it, as far as it may be seen.
    ///
    /// - Throws: `CatalogError.notFound`; `.invalidArgument` for what is no directory or too much; `.unavailable`.
    func directory(
        _ path: StoragePath, ofRoot root: String, scope: AccessScope, _ limit: SizeLimit
    ) async throws -> ArchiveTree {
        try await database.read { connection in
            let found = try CatalogStore.entry(rootName: root, path: path, scope: scope, connection)
            guard found.entry.isDirectory else { throw CatalogError(.invalidArgument, "Path is not a directory") }
            var gathering = ArchiveGathering(connection, scope, budget)
            try limit.check(found.entry.sizeBytes)
            try gathering.add(found.entry, found.place, path)
            try limit.check(gathering.tree.fileBytes)
            return gathering.tree
        }
    }

    /// Several files and directories. What is there twice, or inside of another, is there once.
    ///
    /// - Throws: as `directory`; `.notFound` with what is missing.
    func choices(_ choices: Choices, scope: AccessScope, _ limit: SizeLimit) async throws -> ArchiveTree {
        try await database.read { connection in
            var search = ArchiveSearch(connection: connection, scope: scope, choices: choices)
            let found = try search.found()
            try limit.check(
                found.reduce(0) { sum, one in
                    let (bytes, isTooLarge) = sum.addingReportingOverflow(one.entry.sizeBytes)
                    return isTooLarge ? .max : bytes
                })
            var gathering = ArchiveGathering(connection, scope, budget)
            for one in found { try gathering.add(one.entry, one.place, one.path) }
            try limit.check(gathering.tree.fileBytes)
            return gathering.tree
        }
    }
}

/// Gathers what is below the places that were chosen.
private struct ArchiveGathering {
    private let connection: any SQLConnection
    private let scope: AccessScope
    private(set) var tree: ArchiveTree

    init(_ connection: any SQLConnection, _ scope: AccessScope, _ budget: ArchiveBudget) {
        (self.connection, self.scope) = (connection, scope)
        tree = ArchiveTree(share: ArchiveBudget.Share(of: budget))
    }

    mutating func add(_ entry: CatalogEntry, _ place: CatalogPlace, _ path: StoragePath) throws {
        let top = try tree.addTop(entry, changedNS: changedNS(of: entry), at: path)
        if entry.isDirectory { try addContent(of: entry.id, path, place, to: top) }
    }

    private func changedNS(of entry: CatalogEntry) throws -> Int64 {
        try connection.firstRow(ArchiveQueries.changed, [.integer(entry.id)]) { $0.integer(0) } ?? 0
    }

    private mutating func addContent(
        of directory: EntryID, _ path: StoragePath, _ place: CatalogPlace, to node: Int32
    ) throws {
        guard scope.sight(of: path, in: place.rootID) != .whole else { return try addAll(below: directory, to: node) }
        let partial = PartialDirectoryStore(connection: connection, scope: scope, place: place)
        for entry in try partial.children(of: directory, at: path, CatalogOrder(sortBy: nil, sortOrder: nil))
        where entry.kind != .link {
            let child = try entry.name.withUnsafeBytes { name in
                try tree.add(
                    entry.id, name, entry.memberState(changedNS: changedNS(of: entry)), isDirectory: entry.isDirectory,
                    in: node)
            }
            if entry.isDirectory { try addContent(of: entry.id, path.appending(entry.name), place, to: child) }
        }
    }

    private mutating func addAll(below directory: EntryID, to node: Int32) throws {
        var nodes = [directory: node]
        try connection.forEachRow(ArchiveQueries.below, [.integer(directory)]) { row in
            guard let parent = nodes[row.integer(1)] else {
                throw CatalogError.internalError("an entry came before its directory")
            }
            let isDirectory = EntryKind(rawValue: row.integer(2)) == .directory
            let child = try row.withBytes(3) { name in
                let state = MemberState(
                    sizeBytes: row.integer(4), modifiedNS: row.integer(5), changedNS: row.integer(6))
                return try tree.add(row.integer(0), name, state, isDirectory: isDirectory, in: parent)
            }
            if isDirectory { nodes[row.integer(0)] = child }
            return true
        }
    }
}

/// Finds what a request for several things means.
private struct ArchiveSearch {
    typealias Found = EntryPathStore.Found

    let connection: any SQLConnection
    let scope: AccessScope
    let choices: ArchiveStore.Choices

    /// In the order of roots and paths, so that the same things make the same archive however they are asked for.
    ///
    /// - Throws: `CatalogError.notFound` with the list of those that are not there; `.invalidArgument` for links and for what
    ///   may be several things.
    mutating func found() throws -> [Found] {
        var (found, missing): ([Found], [String]) = ([], [])
        for text in choices.paths {
            if let one = try self.found(text) { found.append(one) } else { missing.append(text) }
        }
        var paths = EntryPathStore(connection: connection, scope: scope)
        let byID = try paths.entries(choices.ids)
        let known = Set(byID.map(\.entry.id))
        missing += choices.ids.filter { !known.contains($0) }.map { String($0) }
        guard missing.isEmpty else {
            throw CatalogError(
                .notFound, "File not found",
                details: [
                    "missing": .list(Array(missing.prefix(Limits.archiveChoicesListed))),
                    "missing_count": .integer(Int64(missing.count)),
                ])
        }
        let all = found + byID
        if let link = all.first(where: { $0.entry.kind == .link }) {
            throw CatalogError(
                .invalidArgument, "A symbolic link cannot be put into an archive",
                details: ["path": .text(link.path.text)])
        }
        return Self.withoutOverlaps(all)
    }

    private static func withoutOverlaps(_ all: [Found]) -> [Found] {
        let sorted = all.sorted { first, second in
            if first.place.rootID != second.place.rootID { return first.place.rootID < second.place.rootID }
            return first.path.components.lexicographicallyPrecedes(second.path.components) {
                $0.lexicographicallyPrecedes($1)
            }
        }
        // A directory comes right before all that is in it.
        return sorted.reduce(into: []) { kept, one in
            let isInside = kept.last.map {
                $0.place.rootID == one.place.rootID && $0.path.isAtOrAbove(one.path)
            }
            if isInside != true { kept.append(one) }
        }
    }

    /// Nil when nothing is there.
    private func found(_ text: String) throws -> Found? {
        let path = try StoragePath(parsing: text)
        if let root = choices.root { return try found(path, root) }
        guard let first = path.components.first else { throw CatalogError(.invalidArgument, "Invalid path") }
        let name = TextFold.fold(NameEncoding.text(of: first))
        if let root = choices.roots.first(where: { TextFold.fold($0) == name }),
            let one = try found(StoragePath(components: Array(path.components.dropFirst())), root)
        {
            return one
        }
        let all = try choices.roots.compactMap { try found(path, $0) }
        guard all.count <= 1 else {
            throw CatalogError(
                .invalidArgument, "The path is in several storage roots; name one in smb_root",
                details: ["path": .text(text), "storage_roots": .list(all.map(\.place.rootName))])
        }
        return all.first
    }

    private func found(_ path: StoragePath, _ root: String) throws -> Found? {
        do {
            let found = try CatalogStore.entry(rootName: root, path: path, scope: scope, connection)
            return (found.entry, found.place, path)
        } catch let error as CatalogError where error.code == .notFound {
            return nil
        }
    }
}
