import CatalogCore
import CatalogDatabase

extension DuplicateGroupStore {
    /// Whether groups, their counts and the sums over them are what the rows of hashes come to. Reads all rows of hashes.
    ///
    /// - Parameter connection: of a read, which sees all of it at the same moment.
    static func isRight(on connection: any SQLConnection) throws -> Bool {
        try connection.allowLongStatements()
        for statement in [DuplicateGroupQueries.compareGroups, DuplicateGroupQueries.compareSums] {
            let isRight = try connection.firstRow(statement) { row in
                row.integer(0) == row.integer(1) && row.integer(0) == row.integer(2)
            }
            guard isRight == true else { return false }
        }
        return true
    }

    /// Derives all of it anew. Groups that there still should be keep their numbers.
    func derive(on connection: any SQLConnection) throws {
        try connection.allowLongStatements()
        _ = try connection.firstRow(DuplicateGroupQueries.takeTurn) { $0.integer(0) }
        try connection.execute(
            DuplicateGroupQueries.addMissingGroups, [.text(ContentHash.algorithm), .integer(now)])
        for statement in DuplicateGroupQueries.deriveCounts { try connection.execute(statement) }
    }
}
