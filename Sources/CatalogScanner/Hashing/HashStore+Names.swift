import CatalogCore
import CatalogDatabase

/// Hard links that the catalog does not know of yet: a file that had one name when it was listed, and has got another one in a directory
/// that was looked at since.
extension HashStore {
    /// Lets names of one file be that, where another one with the same ends has its number.
    ///
    /// - Returns: which file the name stands for now.
    func join(
        _ file: HashCandidate, quick: [UInt8], in root: RootID, _ groups: inout DuplicateGroupStore.Changes,
        _ connection: any SQLConnection
    ) throws -> FileIdentity {
        let values: [SQLValue] = [.integer(file.id), .integer(file.sizeBytes), .blob(quick), .integer(root)]
        guard file.identity.hasMoreNames else {
            let other = try connection.firstRow(HashQueries.otherNameOfLone, values) { row in
                (id: row.integer(0), identity: FileIdentity(device: row.integer(1), inode: row.integer(2)))
            }
            guard let other else { return file.identity }
            try connection.execute(HashQueries.takeOverLinkCount, [.integer(file.id), .integer(other.id)])
            return other.identity
        }
        let lone = try connection.rows(HashQueries.loneNames, values) { $0.integer(0) }
        for id in lone {
            try connection.execute(HashQueries.takeOverLinkCount, [.integer(id), .integer(file.id)])
        }
        try DuplicateGroupStore(now: groups.now).follow(lone, &groups, on: connection)
        return file.identity
    }
}
