import CatalogCore
import CatalogDatabase

/// Which files are equal, and how much that is in each root: groups and their sums, brought up to date in the transaction that
/// changes rows of hashes or the entries below them.
struct DuplicateGroupStore {
    /// How many ids one statement takes.
    private static let idsPerStatement = 50
    private static let followed = DuplicateGroupQueries.followed(idsPerStatement)
    private static let doubt = DuplicateGroupQueries.doubt(idsPerStatement)

    /// Microseconds since 1970.
    let now: Int64

    /// Lets files enter and leave groups, which are right again when `body` has ended.
    ///
    /// Waits until nobody else changes groups, and keeps it so to the end of the transaction: whoever has taken its turn among
    /// those who write entries of a root takes it here after that, so that no two wait for each other.
    func change<Value>(
        on connection: any SQLConnection, _ body: (inout Changes) throws -> Value
    ) throws -> Value {
        _ = try connection.firstRow(DuplicateGroupQueries.takeTurn) { $0.integer(0) }
        var changes = Changes(now: now, connection: connection)
        let value = try body(&changes)
        try changes.write()
        return value
    }

    /// Lets files go that were removed or changed, and takes in again those that came back as they were.
    func follow(_ entries: [EntryID], on connection: any SQLConnection) throws {
        let files = try followed(entries, on: connection)
        guard !files.isEmpty else { return }
        try change(on: connection) { groups in
            for file in files { try follow(file, &groups, on: connection) }
        }
    }

    /// The same among other changes.
    func follow(_ entries: [EntryID], _ groups: inout Changes, on connection: any SQLConnection) throws {
        for file in try followed(entries, on: connection) { try follow(file, &groups, on: connection) }
    }

    /// Notes that the hashes of files may not be true any more: the next hash job reads their ends, and all of those whose ends differ.
    /// Until then they stay in their groups.
    func doubt(_ entries: [EntryID], on connection: any SQLConnection) throws {
        for list in entries.lists(of: Self.idsPerStatement) {
            for statement in Self.doubt { try connection.execute(statement, list) }
        }
    }

    private func followed(_ entries: [EntryID], on connection: any SQLConnection) throws -> [FollowedFile] {
        var files: [FollowedFile] = []
        for list in entries.lists(of: Self.idsPerStatement) {
            files += try connection.rows(Self.followed, list, FollowedFile.init(row:)).filter(\.isToFollow)
        }
        return files
    }

    private func follow(
        _ row: FollowedFile, _ groups: inout Changes, on connection: any SQLConnection
    ) throws {
        if row.wasPresent { try groups.leave(row.before) }
        guard row.isSameContent else {
            try connection.execute(DuplicateGroupQueries.deleteHash, [.integer(row.before.entryID)])
            return
        }
        try groups.setPresence(of: row.now, row.isThere)
        if row.isThere { try groups.enter(row.now) }
    }
}

/// A row of hashes beside what the catalog has of its file now.
private struct FollowedFile {
    let before: HashedFile
    let now: HashedFile
    let wasPresent: Bool
    /// Whether size and time are those that the hashes are true for.
    let isSameContent: Bool
    let isThere: Bool

    /// Columns as in `DuplicateGroupQueries.followed`.
    init(row: SQLRow) {
        before = HashedFile(row: row)
        wasPresent = row.bool(6)
        isSameContent = row.integer(7) == row.integer(9) && row.integer(2) == row.integer(8)
        let identity = FileIdentity(
            entry: row.integer(0), device: row.integer(10), inode: row.integer(11), linkCount: row.integer(12))
        now = HashedFile(
            entryID: before.entryID, rootID: row.integer(14), sizeBytes: before.sizeBytes, content: before.content,
            identity: identity)
        isThere = row.bool(13)
    }

    var isToFollow: Bool {
        wasPresent != (isThere && isSameContent) || (!isSameContent) || before.rootID != now.rootID
            || (isThere && before.identity != now.identity)
    }
}

extension HashedFile {
    /// Columns as in `DuplicateGroupQueries.fileColumns`.
    init(row: SQLRow) {
        entryID = row.integer(0)
        rootID = row.integer(1)
        sizeBytes = row.integer(2)
        content = row.optionalBytes(3)
        identity = FileIdentity(device: row.integer(4), inode: row.integer(5))
    }
}
