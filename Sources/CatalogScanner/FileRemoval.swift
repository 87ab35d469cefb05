package import CatalogCore
package import CatalogDatabase

/// Takes a file that the program itself has just removed from its storage out of the catalog, without a scan: a tombstone, the journal
/// of names, groups of equal files, and the figures of all directories that held it.
///
/// A scan of the root may run meanwhile, in any process: see `SideWriteStore`.
package struct FileRemoval: Sendable {
    private let rootID: RootID
    private let time: TimeSource

    /// - Parameter rootID: the storage root that held the file.
    package init(rootID: RootID, time: TimeSource = .system) {
        (self.rootID, self.time) = (rootID, time)
    }

    /// Writes that the file is gone, in the transaction of the caller, which sees what was committed before its turn
    /// (`SQLIsolation.readCommitted`) and takes nothing else that others wait for before it.
    ///
    /// - Returns: false when the catalog does not have it any more.
    @discardableResult
    package func note(_ id: EntryID, on connection: any SQLConnection) throws -> Bool {
        let store = SideWriteStore(rootID: rootID)
        let entries = EntryStore(rootID: rootID, time: time)
        let number = try store.countWrite(on: connection)
        guard let file = try store.file(id, on: connection), try entries.markMissing(id, on: connection) else {
            return false
        }
        var sums = DirectorySums()
        sums.add(kind: .file, size: file.bytes)
        try store.grow(file.parent, by: sums.negated, write: number, on: connection)
        var directory: EntryID? = file.parent
        var depth = 0
        while let id = directory, depth <= Limits.directoryDepth + 1 {
            try entries.addToTotals(of: id, sums.negated, on: connection)
            directory = try store.parent(of: id, on: connection)
            depth += 1
        }
        var ledger = ChangeLedger()
        file.name.withUnsafeBytes { ledger.removed(id, .file, name: $0, bytes: file.bytes) }
        try ledger.write(root: rootID, now: time.now, connection)
        return true
    }
}
