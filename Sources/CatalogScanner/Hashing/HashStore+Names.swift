import CatalogCore
import CatalogDatabase

/// Hard links that the catalog does not know of yet: a file that had one name when it was listed, and has got another one in a directory
/// that was looked at since.
extension HashStore {
    /// Lets names of one file be that, where another one with the same ends has its number.
    ///
    /// - Returns: the file as the catalog has it now.
    func join(
        _ file: HashCandidate, quick: [UInt8], in root: RootID, _ groups: inout DuplicateGroupStore.Changes,
        _ connection: any SQLConnection
    ) throws -> HashCandidate {
        let values: [SQLValue] = [.integer(file.id), .integer(file.sizeBytes), .blob(quick), .integer(root)]
        guard file.identity.hasMoreNames else {
            let other = try connection.firstRow(HashQueries.otherNameOfLone, values) { row in
                (
                    id: row.integer(0), identity: FileIdentity(device: row.integer(1), inode: row.integer(2)),
                    changedNS: row.integer(3)
                )
            }
            guard let other else { return file }
            try connection.execute(HashQueries.takeOverLinks, [.integer(file.id), .integer(other.id)])
            return file.named(as: other.identity, changedNS: other.changedNS)
        }
        let lone = try connection.rows(HashQueries.loneNames, values) { $0.integer(0) }
        for id in lone {
            try connection.execute(HashQueries.takeOverLinks, [.integer(id), .integer(file.id)])
        }
        try DuplicateGroupStore(now: groups.now).follow(lone, &groups, on: connection)
        return file
    }
}
