import CatalogCore
import CatalogDatabase
import CatalogStorage

extension EntryStore {
    /// The directory at a path.
    ///
    /// - Throws: `CatalogError.notFound` when nothing is known there, `.conflict` when it is no directory.
    func directory(at path: StoragePath, on connection: any SQLConnection) throws -> EntryID {
        let siblings = SideWriteStore(rootID: rootID)
        guard var id = try rootEntryID(on: connection) else { throw Self.unknownPath }
        for name in path.components {
            guard let row = try siblings.child(name, of: id, on: connection) else { throw Self.unknownPath }
            guard row.kind == .directory else { throw CatalogError(.conflict, "Path is not a directory") }
            id = row.id
        }
        return id
    }

    private static let unknownPath = CatalogError(
        .notFound, "Path not found", cause: "the catalog has nothing there; scan a directory above it")

    /// Inserts one entry that no scan has listed.
    func insert(
        _ found: WrittenEntry, as id: EntryID, into directory: EntryID, on connection: any SQLConnection
    ) throws {
        let entry = found.listed
        let folded = found.name.withUnsafeBytes { TextFold.foldedName($0) }
        let now = time.now
        try connection.insertRows(EntryQueries.entryRows, count: 1) { row, _ in
            row.append(id)
            row.append(rootID)
            row.append(directory)
            row.append(entry.kind.rawValue)
            row.append(found.name)
            if let folded { row.append(folded) } else { row.appendNull() }
            let numbers = [
                entry.storedSize, entry.modifiedNS, entry.changedNS, entry.birthNS, entry.device, entry.inode,
                entry.linkCount, now, now,
            ]
            for number in numbers { row.append(number) }
        }
    }
}
