package import CatalogCore
package import CatalogDatabase

/// The journal of names in the database (table `name_changes`): what search indexes of all processes follow.
///
/// Who changes `entries` notes it here *in the same transaction*. An index reads the rows from where it stopped,
/// forgets the ids that a row speaks of, and takes up again those that have a name now; so a row that is read twice
/// does no harm.
package enum NameJournal {
    /// What a row says happened; the numbers are stored.
    enum Operation: Int64 {
        /// The ids `first_id` to `last_id` of the root are new, or some of them are.
        case added = 1
        /// The ids lost their names; without a list: all ids from `first_id` to `last_id` of the root.
        case removed = 2
        /// The ids came back, moved or were renamed, or have another size or time.
        case restored = 3
    }

    /// Ids in one row at most, so that reading one takes little memory.
    static let idsPerRow = 16_384

    /// Notes a run of new ids.
    ///
    /// Ids in between that belong to another root, or to nothing, do no harm.
    ///
    /// - Returns: the number of the row, for `NameIndex.waitUntilApplied`.
    /// - Throws: what the database throws.
    @discardableResult
    package static func recordAdded(
        root: RootID, first: EntryID, last: EntryID, in connection: any SQLConnection, nowMicroseconds: Int64
    ) throws -> Int64 {
        try NameJournalStore(connection).insert(
            NewNameChange(root: root, operation: .added, first: first, last: last, ids: nil), nowMicroseconds)
    }

    /// Notes ids that vanished: they have `missing_since_us` now.
    ///
    /// The ids may be in any order.
    ///
    /// - Returns: the number of the last row, or nil when there are no ids.
    /// - Throws: what the database throws.
    @discardableResult
    package static func recordRemoved(
        root: RootID, ids: [EntryID], in connection: any SQLConnection, nowMicroseconds: Int64
    ) throws -> Int64? {
        try insert(.removed, root, ids, connection, nowMicroseconds)
    }

    /// Notes that every entry of a root from `first` to `last` vanished, as when the root is deleted.
    ///
    /// - Returns: the number of the row.
    /// - Throws: what the database throws.
    @discardableResult
    package static func recordRemovedRun(
        root: RootID, first: EntryID, last: EntryID, in connection: any SQLConnection, nowMicroseconds: Int64
    ) throws -> Int64 {
        try NameJournalStore(connection).insert(
            NewNameChange(root: root, operation: .removed, first: first, last: last, ids: nil), nowMicroseconds)
    }

    /// Notes ids that came back from the dead, were renamed, moved to another directory, or changed their kind, size or
    /// modification time.
    ///
    /// The ids may be in any order.
    ///
    /// - Returns: the number of the last row, or nil when there are no ids.
    /// - Throws: what the database throws.
    @discardableResult
    package static func recordRestored(
        root: RootID, ids: [EntryID], in connection: any SQLConnection, nowMicroseconds: Int64
    ) throws -> Int64? {
        try insert(.restored, root, ids, connection, nowMicroseconds)
    }

    private static func insert(
        _ operation: Operation, _ root: RootID, _ ids: [EntryID], _ connection: any SQLConnection, _ now: Int64
    ) throws -> Int64? {
        let sorted = ids.sorted()
        let store = NameJournalStore(connection)
        var sequence: Int64?
        var start = 0
        while start < sorted.count {
            let part = sorted[start..<min(start + idsPerRow, sorted.count)]
            start = part.endIndex
            guard let first = part.first, let last = part.last else { break }
            let change = NewNameChange(root: root, operation: operation, first: first, last: last, ids: encode(part))
            sequence = try store.insert(change, now)
        }
        return sequence
    }

    /// Ascending ids as differences, seven bits to a byte, the lowest first; the top bit says that more follow.
    package static func encode(_ ids: some Collection<EntryID>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ids.count * 2)
        var previous: EntryID = 0
        for id in ids {
            var delta = UInt64(bitPattern: id &- previous)
            while delta >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: delta) | 0x80)
                delta >>= 7
            }
            bytes.append(UInt8(delta))
            previous = id
        }
        return bytes
    }

    /// The ids of a list, or nil when it is not what `encode` wrote.
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> [EntryID]? {
        var ids: [EntryID] = []
        var previous: UInt64 = 0
        var delta: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            guard shift <= 63 else { return nil }
            delta |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            previous &+= delta
            let id = Int64(bitPattern: previous)
            guard id > 0, ids.last ?? 0 <= id else { return nil }
            ids.append(id)
            delta = 0
            shift = 0
        }
        return shift == 0 ? ids : nil
    }
}
