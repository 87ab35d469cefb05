import CatalogCore
import CatalogDatabase

/// An entry that may have moved, or may be where another one moved to, with all that its row says of it.
struct MovableEntry: Equatable {
    let id: EntryID
    let rootID: RootID
    let parentID: EntryID?
    let kind: EntryKind
    let name: [UInt8]
    /// Nil when the name is its own folded form.
    let foldedName: [UInt8]?
    /// Bytes of a file, otherwise 0.
    let size: Int64
    let modifiedNS: Int64
    let changedNS: Int64
    /// 0 when unknown, as the number of the file.
    let birthNS: Int64
    let device: Int64
    let inode: Int64
    let linkCount: Int64
    /// Microseconds since 1970.
    let firstSeen: Int64
    let isMissing: Bool

    /// Columns as in `MoveQueries.columns`.
    init(row: SQLRow) {
        id = row.integer(0)
        rootID = row.integer(1)
        parentID = row.optionalInteger(2)
        kind = EntryKind(rawValue: row.integer(3)) ?? .file
        name = row.bytes(4)
        foldedName = row.optionalBytes(5)
        size = row.integer(6)
        modifiedNS = row.integer(7)
        changedNS = row.integer(8)
        birthNS = row.integer(9)
        device = row.integer(10)
        inode = row.integer(11)
        linkCount = row.integer(12)
        firstSeen = row.integer(13)
        isMissing = row.optionalInteger(14) != nil
    }
}

// MARK: - What tells that two rows are one file (ruling 48)

extension MovableEntry {
    /// Whether the storage itself says so. A number is given to another file once the first one is gone, so the time of birth has to
    /// agree too, or, where nobody knows it, size and time of change.
    func isSameFile(as other: MovableEntry) -> Bool {
        guard inode != 0, inode == other.inode, device == other.device, kind == other.kind else { return false }
        if birthNS != 0, other.birthNS != 0 { return birthNS == other.birthNS }
        return size == other.size && modifiedNS == other.modifiedNS
    }

    /// Whether size and time of change agree. Of empty files that says nothing.
    func isSameContent(as other: MovableEntry) -> Bool {
        kind == .file && other.kind == .file && size > 0 && size == other.size && isSameTime(as: other)
    }

    /// Whether a link or a file is another one of its name that was in a directory which moved. Empty files have nothing else.
    func isSameOfName(as other: MovableEntry) -> Bool {
        guard kind == other.kind, kind != .directory else { return false }
        return kind != .file || size == other.size && isSameTime(as: other)
    }

    /// Some storages keep whole seconds only.
    private func isSameTime(as other: MovableEntry) -> Bool {
        if modifiedNS == other.modifiedNS { return modifiedNS != 0 }
        return rootID != other.rootID && ModificationTime.agree(modifiedNS, other.modifiedNS)
    }

    var modifiedSeconds: Int64 { ModificationTime.seconds(modifiedNS) }
}

/// What came of looking for moves.
struct MoveCounts {
    /// Entries that keep their ids by it.
    var moved = 0
    /// Those in whose places others are now.
    var removed = 0

    static func += (counts: inout MoveCounts, more: MoveCounts) {
        counts.moved += more.moved
        counts.removed += more.removed
    }
}

/// An entry that is somewhere else now: its row takes the place of the new one.
struct Move: Equatable {
    let old: MovableEntry
    let new: MovableEntry
}
