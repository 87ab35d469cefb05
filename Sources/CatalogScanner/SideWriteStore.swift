import CatalogCore
import CatalogDatabase
import CatalogStorage

/// Writes to the entries of a root that come from beside a scan, and how a running scan hears of them.
///
/// Whoever changes entries of a root takes its turn first, so that one transaction at a time does. Writes from beside scans are
/// counted there: a scan that finds another number than at its start knows that rows may be there which it did not write.
struct SideWriteStore: Sendable {
    let rootID: RootID

    private var counter: SQLValue { .text("side_writes:\(rootID)") }
    private var rollUpCounter: SQLValue { .text("roll_ups:\(rootID)") }

    /// Waits until nobody else changes entries of the root, and keeps it so to the end of the transaction.
    ///
    /// - Returns: how many writes from beside scans there were.
    func takeTurn(on connection: any SQLConnection) throws -> Int64 {
        try number(SideWriteQueries.takeTurn, counter, connection)
    }

    /// The same for a write from beside scans: it counts itself.
    func countWrite(on connection: any SQLConnection) throws -> Int64 {
        try number(SideWriteQueries.countWrite, counter, connection)
    }

    /// How many turns were taken to write recursive figures.
    func rollUpTurns(on connection: any SQLConnection) throws -> Int64 {
        try connection.firstRow(SideWriteQueries.count, [rollUpCounter]) { $0.integer(0) } ?? 0
    }

    /// Takes a turn to write recursive figures, unless somebody has taken one since there were so many.
    ///
    /// - Returns: whether it is taken.
    func takeRollUpTurn(after turns: Int64, on connection: any SQLConnection) throws -> Bool {
        _ = try takeTurn(on: connection)
        guard try rollUpTurns(on: connection) == turns else { return false }
        return try number(SideWriteQueries.countWrite, rollUpCounter, connection) == turns + 1
    }

    /// Has whoever adds up recursive figures of the root begin anew.
    func interruptRollUps(on connection: any SQLConnection) throws {
        _ = try number(SideWriteQueries.countWrite, rollUpCounter, connection)
    }

    /// Removes the count of a root that is gone.
    func forget(on connection: any SQLConnection) throws {
        for counter in [counter, rollUpCounter] { try connection.execute(SideWriteQueries.forget, [counter]) }
    }

    private func number(
        _ statement: SQLStatement, _ counter: SQLValue, _ connection: any SQLConnection
    ) throws -> Int64 {
        guard let number = try connection.firstRow(statement, [counter], { $0.integer(0) }) else {
            throw CatalogError.internalError("the count of writes gave no number")
        }
        return number
    }

    // MARK: What a scan asks

    /// Whether something was written into a directory, or below it, since the count was `base`.
    func wasWritten(_ directory: EntryID, after base: Int64, on connection: any SQLConnection) throws -> Bool {
        let listed = try connection.firstRow(SideWriteQueries.listedBy, [.integer(directory)]) { $0.integer(0) }
        return listed.map { $0 < -base } ?? false
    }

    /// Whether a scan still means to remove an entry: it does not when somebody has written it anew.
    func isRemovalNoted(of entry: EntryID, in scan: JobID, on connection: any SQLConnection) throws -> Bool {
        let values: [SQLValue] = [.integer(scan), .integer(entry)]
        return try connection.firstRow(SideWriteQueries.isRemovalNoted, values) { _ in true } ?? false
    }

    // MARK: Rows

    /// The entry with this name, if it is there.
    func child(_ name: [UInt8], of parent: EntryID, on connection: any SQLConnection) throws -> EntryRow? {
        try connection.firstRow(SideWriteQueries.child, [.integer(parent), .blob(name)], EntryRow.init(row:))
    }

    /// The same directory under its name in another case, if it is there.
    func twin(of part: WrittenEntry, in parent: EntryID, on connection: any SQLConnection) throws -> EntryRow? {
        guard part.entry.kind == .directory, part.entry.inode != 0 else { return nil }
        let values: [SQLValue] = [.integer(parent), .integer(part.entry.inode)]
        let folded = TextFold.foldedName(part.name) ?? part.name
        return try connection.rows(SideWriteQueries.directories, values, EntryRow.init(row:)).first { row in
            (TextFold.foldedName(row.name) ?? row.name) == folded
        }
    }

    /// The tombstone that waits for this name and kind.
    func tombstone(
        _ name: [UInt8], _ kind: EntryKind, of parent: EntryID, on connection: any SQLConnection
    ) throws -> EntryID? {
        let values: [SQLValue] = [.integer(parent), .blob(name), .integer(kind.rawValue)]
        return try connection.firstRow(SideWriteQueries.tombstone, values) { $0.integer(0) }
    }

    /// The directory, name and bytes of a file that is there.
    func file(
        _ id: EntryID, on connection: any SQLConnection
    ) throws -> (parent: EntryID, name: [UInt8], bytes: Int64)? {
        try connection.firstRow(SideWriteQueries.file, [.integer(id), .integer(rootID)]) { row in
            (row.integer(0), row.bytes(1), row.integer(2))
        }
    }

    /// The directory that holds this one; nil for a root's own.
    func parent(of directory: EntryID, on connection: any SQLConnection) throws -> EntryID? {
        try connection.firstRow(SideWriteQueries.parent, [.integer(directory)]) { $0.optionalInteger(0) } ?? nil
    }

    /// Adds to what a directory has directly, and marks it with the number of the write.
    func grow(
        _ directory: EntryID, by sums: DirectorySums, write number: Int64, on connection: any SQLConnection
    ) throws {
        try connection.execute(
            SideWriteQueries.growDirectory,
            [
                .integer(directory), .integer(rootID), .integer(-number), .integer(sums.bytes), .integer(sums.files),
                .integer(sums.directories),
            ])
    }

    /// Marks a directory with the number of a write that found what it wanted there.
    func mark(_ directory: EntryID, write number: Int64, on connection: any SQLConnection) throws {
        try connection.execute(SideWriteQueries.markDirectory, [.integer(directory), .integer(-number)])
    }

    /// What scans have noted of an entry that is not there: it is.
    func dropNotedRemovals(of entry: EntryID, on connection: any SQLConnection) throws {
        try connection.execute(SideWriteQueries.dropNotedRemovals, [.integer(entry), .integer(rootID)])
    }
}
