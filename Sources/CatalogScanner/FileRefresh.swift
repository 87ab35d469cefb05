package import CatalogCore
package import CatalogDatabase
package import CatalogStorage

/// Puts a file that the program itself has just written into the catalog, without a scan: its row and those of new directories
/// above it, the journal of names, and the figures of all directories that hold it.
///
/// A scan of the root may run meanwhile, in any process: see `SideWriteStore`.
package struct FileRefresh: Sendable {
    private let database: any Database
    private let roots: any ScanRootProvider
    private let pool: BlockingPool
    private let time: TimeSource

    /// - Parameters:
    ///   - database: the catalog.
    ///   - roots: the storage roots.
    ///   - pool: for looks at the storage.
    package init(database: any Database, roots: any ScanRootProvider, pool: BlockingPool, time: TimeSource = .system) {
        self.database = database
        self.roots = roots
        self.pool = pool
        self.time = time
    }

    /// Looks at the file and writes what there is.
    ///
    /// - Returns: its number; nil when scans leave it out, or when the catalog has something else under that name or a name above
    ///   it: whether that goes is for a scan to say.
    /// - Throws: `CatalogError.notFound` when the file is not there; what storage and database throw.
    package func note(_ path: StoragePath, in rootID: RootID) async throws -> EntryID? {
        let root = try await roots.scanRoot(rootID)
        guard try isCataloged(path, root) else { return nil }
        let found = try await pool.run { () throws -> [WrittenEntry] in
            try (1...path.components.count).map { count in
                let place = try StoragePath(components: Array(path.components.prefix(count)))
                return WrittenEntry(name: path.components[count - 1], entry: try root.backend.stat(place))
            }
        }
        if root.identity == nil {
            // As a scan does, before the first entry is written.
            let probe = try await pool.run { try root.backend.probe() }
            try await roots.noteIdentity(of: root.id, probe.identity)
        }
        // Each statement sees what was committed before its turn.
        return try await database.write(.readCommitted) { connection in
            let number = try SideWriteStore(rootID: rootID).countWrite(on: connection)
            let ignoresCase = root.backend.capabilities.contains(.caseInsensitive)
            var write = SideWrite(rootID: rootID, number: number, ignoresCase: ignoresCase, time: time)
            return try write.run(found, connection)
        }
    }

    /// Whether a scan would look at the place.
    private func isCataloged(_ path: StoragePath, _ root: ScanRoot) throws -> Bool {
        let depth = path.components.count - 1
        guard depth >= 0, depth <= min(root.maxDepth ?? Limits.directoryDepth, Limits.directoryDepth) else {
            return false
        }
        var directory = NativePath()
        for (index, name) in path.components.enumerated() {
            let kind: EntryKind = index == depth ? .file : .directory
            let isTaken = name.withUnsafeBytes { name in
                !root.patterns.skips(name)
                    && (!root.patterns.choosesByPath || root.patterns.scope(of: directory).admits(name, kind: kind))
            }
            guard isTaken else { return false }
            directory.append(name)
        }
        return true
    }
}

/// A name with what the storage says of it.
struct WrittenEntry: Sendable {
    let name: [UInt8]
    let entry: StorageEntry

    var listed: ListedEntry { ListedEntry(nameOffset: 0, nameLength: UInt16(name.count), entry) }
}

/// One write from beside scans, in its transaction.
struct SideWrite {
    private let store: SideWriteStore
    private let entries: EntryStore
    private let number: Int64
    private let ignoresCase: Bool
    private var ledger = ChangeLedger()
    /// The directories from the root down to the file's own.
    private var ancestors: [EntryID] = []

    /// - Parameter ignoresCase: whether the storage finds a directory by its name in another case.
    init(rootID: RootID, number: Int64, ignoresCase: Bool, time: TimeSource) {
        store = SideWriteStore(rootID: rootID)
        // What is new is new at the moment in which it is counted.
        entries = EntryStore(rootID: rootID, time: TimeSource { [now = time.now] in now })
        self.number = number
        self.ignoresCase = ignoresCase
    }

    /// - Parameter found: the directories above a file, and the file.
    mutating func run(_ found: [WrittenEntry], _ connection: any SQLConnection) throws -> EntryID? {
        var id = try entries.ensureRootEntry(on: connection)
        for part in found {
            ancestors.append(id)
            guard let next = try write(part, connection) else { return nil }
            id = next
        }
        try ledger.write(root: store.rootID, now: entries.time.now, connection)
        return id
    }

    /// - Returns: the number of the entry; nil when something of another kind has its name.
    private mutating func write(_ part: WrittenEntry, _ connection: any SQLConnection) throws -> EntryID? {
        guard let parent = ancestors.last else { return nil }
        let entry = part.listed
        let known = try store.child(part.name, of: parent, on: connection)
        if let row = try known ?? (ignoresCase ? store.twin(of: part, in: parent, on: connection) : nil) {
            guard row.kind == entry.kind else { return nil }
            try store.dropNotedRemovals(of: row.id, on: connection)
            // A directory's own attributes are a scan's business: they say when it was listed.
            if entry.kind == .directory {
                try store.mark(parent, write: number, on: connection)
                return row.id
            }
            try entries.update(row.id, to: entry, on: connection)
            part.name.withUnsafeBytes {
                ledger.updated(
                    row.id, entry.kind, name: $0, bytes: (row.size, entry.storedSize), isDoubted: true)
            }
            try grow(by: DirectorySums(bytes: entry.storedSize - row.size), connection)
            return row.id
        }
        var sums = DirectorySums()
        sums.add(kind: entry.kind, size: entry.sizeBytes)
        try grow(by: sums, connection)
        if let id = try store.tombstone(part.name, entry.kind, of: parent, on: connection) {
            try entries.update(id, to: entry, on: connection)
            part.name.withUnsafeBytes { ledger.revived(id, entry.kind, name: $0, bytes: entry.storedSize) }
            return id
        }
        let id = try EntryStore.reserveIDs(1, on: connection)
        try entries.insert(part, as: id, into: parent, on: connection)
        ledger.added(id...id)
        part.name.withUnsafeBytes { ledger.count(entry.kind, name: $0, bytes: entry.storedSize) }
        return id
    }

    private func grow(by sums: DirectorySums, _ connection: any SQLConnection) throws {
        guard let parent = ancestors.last else { return }
        try store.grow(parent, by: sums, write: number, on: connection)
        for ancestor in ancestors { try entries.addToTotals(of: ancestor, sums, on: connection) }
    }
}
