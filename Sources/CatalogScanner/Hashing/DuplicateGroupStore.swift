import CatalogCore
import CatalogDatabase

/// Which files are equal, and how much that is in each root: groups and their sums, brought up to date in the transaction that changes
/// rows of hashes or the entries below them.
///
/// The members of a group are the present rows of `file_hashes` with its content, so that none of them has to be written when a
/// group comes or goes.
struct DuplicateGroupStore {
    /// Where sums over all roots stand.
    static let everyRoot: RootID = 0
    /// How many ids one statement takes.
    private static let idsPerStatement = 50
    private static let followed = DuplicateGroupQueries.followed(idsPerStatement)

    /// Microseconds since 1970.
    let now: Int64

    /// Waits until nobody else changes groups, and keeps it so to the end of the transaction: whoever has taken its turn among those who
    /// write entries of a root takes it here after that, so that no two wait for each other.
    func takeTurn(on connection: any SQLConnection) throws {
        _ = try connection.firstRow(DuplicateGroupQueries.takeTurn) { $0.integer(0) }
    }

    /// Lets files go that were removed or changed, and takes in again those that came back as they were.
    func follow(_ entries: [EntryID], on connection: any SQLConnection) throws {
        var hasTurn = false
        for list in entries.lists(of: Self.idsPerStatement) {
            let rows = try connection.rows(Self.followed, list, FollowedFile.init(row:))
            for row in rows where row.isToFollow {
                if !hasTurn { try takeTurn(on: connection) }
                hasTurn = true
                try follow(row, on: connection)
            }
        }
    }

    private func follow(_ row: FollowedFile, on connection: any SQLConnection) throws {
        if row.wasPresent { try leave(row.before, on: connection) }
        guard row.isSameContent else {
            try connection.execute(DuplicateGroupQueries.deleteHash, [.integer(row.before.entryID)])
            return
        }
        try setPresence(of: row.now, row.isThere, on: connection)
        if row.isThere { try enter(row.now, on: connection) }
    }

    /// Whether the hashes of an entry count.
    func setPresence(of file: HashedFile, _ isPresent: Bool, on connection: any SQLConnection) throws {
        try connection.execute(
            DuplicateGroupQueries.setPresence,
            [
                .integer(file.entryID), .bool(isPresent), .integer(file.identity.device),
                .integer(file.identity.inode), .integer(file.rootID),
            ])
    }
}

// MARK: - Members

extension DuplicateGroupStore {
    /// Counts an entry whose row of hashes has just been written as present.
    func enter(_ file: HashedFile, on connection: any SQLConnection) throws {
        guard let content = file.content, try !hasOtherName(file, content, on: connection) else { return }
        if let group = try group(of: file, content, on: connection) {
            try add(1, to: group, file.rootID, file.sizeBytes, on: connection)
            try connection.execute(DuplicateGroupQueries.touchGroup, [.integer(group), .integer(now)])
            return
        }
        let values: [SQLValue] = [.blob(content), .integer(file.sizeBytes), .integer(file.entryID)]
        guard let other = try connection.firstRow(DuplicateGroupQueries.other, values, { $0.integer(0) }) else {
            return
        }
        let new: [SQLValue] = [
            .integer(file.sizeBytes), .text(ContentHash.algorithm), .blob(content), .integer(now),
        ]
        let group = try connection.firstRow(DuplicateGroupQueries.insertGroup, new) { $0.integer(0) }
        guard let group else { throw CatalogError.internalError("an inserted group has no id") }
        for root in [other, file.rootID] { try add(1, to: group, root, file.sizeBytes, on: connection) }
    }

    /// Counts an entry no more, whose row of hashes still says that it is present.
    func leave(_ file: HashedFile, on connection: any SQLConnection) throws {
        guard let content = file.content, try !hasOtherName(file, content, on: connection),
            let group = try group(of: file, content, on: connection)
        else { return }
        let left = try add(-1, to: group, file.rootID, file.sizeBytes, on: connection)
        if left < 2 {
            // Of one file nothing is counted anywhere.
            try connection.execute(DuplicateGroupQueries.deleteGroupCounts, [.integer(group)])
            try connection.execute(DuplicateGroupQueries.deleteGroup, [.integer(group)])
        } else {
            try connection.execute(DuplicateGroupQueries.touchGroup, [.integer(group), .integer(now)])
        }
    }

    private func hasOtherName(
        _ file: HashedFile, _ content: [UInt8], on connection: any SQLConnection
    ) throws -> Bool {
        guard file.identity.hasMoreNames else { return false }
        let values: [SQLValue] = [
            .blob(content), .integer(file.sizeBytes), .integer(file.rootID), .integer(file.identity.device),
            .integer(file.identity.inode), .integer(file.entryID),
        ]
        return try connection.firstRow(DuplicateGroupQueries.otherName, values) { _ in true } ?? false
    }

    private func group(
        of file: HashedFile, _ content: [UInt8], on connection: any SQLConnection
    ) throws -> Int64? {
        let values: [SQLValue] = [.blob(content), .integer(file.sizeBytes)]
        return try connection.firstRow(DuplicateGroupQueries.group, values) { $0.integer(0) }
    }

    /// - Parameter count: 1 or -1.
    /// - Returns: files of the group now, in all roots.
    @discardableResult
    private func add(
        _ count: Int64, to group: Int64, _ root: RootID, _ size: Int64, on connection: any SQLConnection
    ) throws -> Int64 {
        var left: Int64 = 0
        for place in [root, Self.everyRoot] {
            let values: [SQLValue] = [.integer(group), .integer(place), .integer(count), .integer(count * size)]
            left = try connection.firstRow(DuplicateGroupQueries.addToGroup, values) { $0.integer(0) } ?? 0
            if left == 0 {
                try connection.execute(DuplicateGroupQueries.deleteGroupCount, [.integer(group), .integer(place)])
            }
            let (before, after) = (GroupShare(files: left - count), GroupShare(files: left))
            guard before != after else { continue }
            try connection.execute(
                DuplicateGroupQueries.addToCounts,
                [
                    .integer(place), .integer(after.groups - before.groups), .integer(after.files - before.files),
                    .integer((after.wasted - before.wasted) * size),
                ])
        }
        return left
    }
}

/// What a group adds to the sums of a place with so many of its files.
private struct GroupShare: Equatable {
    let groups: Int64
    let files: Int64
    /// Files that would not have to be there.
    let wasted: Int64

    init(files count: Int64) {
        let isGroup = count >= 2
        (groups, files, wasted) = isGroup ? (1, count, count - 1) : (0, 0, 0)
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
