import CatalogCore
import CatalogDatabase
import CatalogStorage

extension EntryStore {
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
