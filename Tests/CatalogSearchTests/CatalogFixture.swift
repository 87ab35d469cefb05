import CatalogCore
import CatalogDatabase
import CatalogSearch
import CatalogTestSupport
import Foundation
import Synchronization

/// An entry as the tests remember it: what the index must agree with.
struct KnownEntry: Sendable {
    let id: EntryID
    let root: RootID
    var parent: EntryID
    let kind: EntryKind
    var name: [UInt8] {
        didSet { folded = KnownEntry.fold(name) }
    }
    var isMissing = false
    var sizeBytes: Int64
    var modifiedNS: Int64
    let firstSeenAt: Int64
    private(set) var folded: [UInt8]

    init(id: EntryID, root: RootID, parent: EntryID, kind: EntryKind, name: [UInt8]) {
        self.id = id
        self.root = root
        self.parent = parent
        self.kind = kind
        self.name = name
        // Figures that repeat, some of them below zero, in another order than the ids.
        sizeBytes = kind == .file ? id * 7_919 % 50 * 100 : 0
        modifiedNS = id * 104_729 % 97 - 20
        firstSeenAt = id / 40
        folded = KnownEntry.fold(name)
    }

    private static func fold(_ name: [UInt8]) -> [UInt8] {
        Array(TextFold.fold(NameEncoding.text(of: name)).utf8)
    }
}

/// A real catalog in a scratch directory, and the same entries in memory.
///
/// Changes go to both, and into the journal.
final class CatalogFixture {
    let directory: String
    let database: any Database
    private(set) var entries: [EntryID: KnownEntry] = [:]
    private var nextID: EntryID = 1

    init() async throws {
        directory = NSTemporaryDirectory() + "catalog-search-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // A schema of a server stays until the server goes.
        let place = TestEngine.place(in: directory)
        try await place.create()
        database = try place.open()
        try await Migrator().migrate(database)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Where the index lies; `copy` tells one index of the same database from another.
    func indexDirectory(_ copy: String = "search") -> String { directory + "/" + copy }

    func packPath(_ copy: String = "search") -> String { indexDirectory(copy) + "/names.pack" }

    func openIndex(_ copy: String = "search", notes: Notes? = nil) async throws -> NameIndex {
        try await NameIndex(database: database, directory: indexDirectory(copy)) { notes?.add($0) }
    }

    /// Adds entries with new ids in one transaction.
    @discardableResult
    func add(_ names: [[UInt8]], root: RootID = 1, parent: EntryID = 0, kind: EntryKind = .file) async throws
        -> [EntryID]
    {
        let new = names.enumerated().map { index, name in
            KnownEntry(id: nextID + Int64(index), root: root, parent: parent, kind: kind, name: name)
        }
        return try await add(new)
    }

    @discardableResult
    func add(_ names: [String], root: RootID = 1, parent: EntryID = 0, kind: EntryKind = .file) async throws
        -> [EntryID]
    {
        try await add(names.map { Array($0.utf8) }, root: root, parent: parent, kind: kind)
    }

    /// Adds entries that have ids already, all of one root.
    @discardableResult
    func add(_ new: [KnownEntry]) async throws -> [EntryID] {
        guard let first = new.first, let last = new.last else { return [] }
        try await database.write { connection in
            try connection.insertRows(CatalogFixture.table, count: new.count) { row, index in
                let entry = new[index]
                row.append(entry.id)
                row.append(entry.root)
                row.append(entry.parent == 0 ? nil : entry.parent)
                row.append(entry.kind.rawValue)
                row.append(entry.name)
                if let folded = TextFold.foldedName(entry.name) { row.append(folded) } else { row.appendNull() }
                for figure in [entry.sizeBytes, entry.modifiedNS, 0, 0, 0, 0, 0, entry.firstSeenAt, 0] {
                    row.append(figure)
                }
            }
            try NameJournal.recordAdded(
                root: first.root, first: first.id, last: last.id, in: connection, nowMicroseconds: 1_000_000)
        }
        for entry in new { entries[entry.id] = entry }
        nextID = max(nextID, last.id + 1)
        return new.map(\.id)
    }

    func remove(_ ids: [EntryID], root: RootID = 1) async throws {
        try await setMissing(ids, 7) { connection in
            _ = try NameJournal.recordRemoved(root: root, ids: ids, in: connection, nowMicroseconds: 1_000_000)
        }
        for id in ids { entries[id]?.isMissing = true }
    }

    func restore(_ ids: [EntryID], root: RootID = 1) async throws {
        try await setMissing(ids, nil) { connection in
            _ = try NameJournal.recordRestored(root: root, ids: ids, in: connection, nowMicroseconds: 1_000_000)
        }
        for id in ids { entries[id]?.isMissing = false }
    }

    func rename(_ id: EntryID, to name: String, parent: EntryID? = nil) async throws {
        let root = entries[id]?.root ?? 1
        let newParent = parent ?? entries[id]?.parent ?? 0
        let bytes = Array(name.utf8)
        try await database.write { connection in
            try connection.execute(
                SQLStatement("UPDATE entries SET name = $1, name_folded = $2, parent_id = $3 WHERE id = $4"),
                [
                    .blob(bytes), .optional(TextFold.foldedName(bytes)), newParent == 0 ? .null : .integer(newParent),
                    .integer(id),
                ])
            try NameJournal.recordRestored(root: root, ids: [id], in: connection, nowMicroseconds: 1_000_000)
        }
        entries[id]?.name = bytes
        entries[id]?.parent = newParent
    }

    func change(_ id: EntryID, sizeBytes: Int64, modifiedNS: Int64) async throws {
        let root = entries[id]?.root ?? 1
        try await database.write { connection in
            try connection.execute(
                SQLStatement("UPDATE entries SET size_bytes = $1, modified_ns = $2 WHERE id = $3"),
                [.integer(sizeBytes), .integer(modifiedNS), .integer(id)])
            try NameJournal.recordRestored(root: root, ids: [id], in: connection, nowMicroseconds: 1_000_000)
        }
        entries[id]?.sizeBytes = sizeBytes
        entries[id]?.modifiedNS = modifiedNS
    }

    func removeRoot(_ root: RootID) async throws {
        let ids = entries.values.filter { $0.root == root }.map(\.id)
        try await setMissing(ids, 7) { connection in
            try NameJournal.recordRemovedRun(
                root: root, first: 1, last: .max, in: connection, nowMicroseconds: 1_000_000)
        }
        for id in ids { entries[id]?.isMissing = true }
    }

    /// Runs SQL that no product code would.
    func execute(_ sql: String) async throws {
        _ = try await database.write { try $0.execute(SQLStatement(sql)) }
    }

    private func setMissing(
        _ ids: [EntryID], _ since: Int64?, _ note: @escaping @Sendable (any SQLConnection) throws -> Void
    ) async throws {
        try await database.write { connection in
            for id in ids {
                try connection.execute(
                    SQLStatement("UPDATE entries SET missing_since_us = $1 WHERE id = $2"),
                    [.optional(since), .integer(id)])
            }
            try note(connection)
        }
    }

    private static let table = SQLBulkTable(
        "entries",
        columns: [
            "id", "root_id", "parent_id", "kind", "name", "name_folded", "size_bytes", "modified_ns", "changed_ns",
            "birth_ns", "device", "inode", "link_count", "first_seen_us", "updated_us",
        ])
}

/// What an index had to say.
final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}
