import CatalogCore
package import CatalogDatabase

/// Questions about hits that the index of names cannot answer.
package struct SearchStore: Sendable {
    /// What a hit is filtered and sorted by.
    struct Attributes: Sendable {
        let id: EntryID
        let sizeBytes: Int64
        let modifiedNS: Int64
        let firstSeenAt: Int64
        /// Only when it was asked for.
        let foldedName: [UInt8]
    }

    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Ids of the directory and of all directories below it.
    func directories(below id: EntryID) async throws -> [EntryID] {
        try await database.read { try $0.rows(SearchQueries.directoriesBelow, [.integer(id)]) { $0.integer(0) } }
    }

    /// The attributes of these entries, ascending by id; ids that are gone are left out.
    ///
    /// Hits that lie close together are read in one go, since a common word hits most of the table.
    ///
    /// - Parameter withNames: also the folded names, for the order by name.
    func attributes(ofAscending ids: [EntryID], withNames: Bool) async throws -> [Attributes] {
        try await database.read { connection in
            var result: [Attributes] = []
            result.reserveCapacity(ids.count)
            var start = 0
            while start < ids.count {
                var end = start + 1
                while end < ids.count, end - start < 4_096, ids[end] - ids[end - 1] < 16 { end += 1 }
                let run = ids[start..<end]
                if run.count == 1 {
                    result += try connection.rows(SearchQueries.attributesOfOne, [.integer(run[start])]) {
                        Self.row($0, withNames)
                    }
                } else {
                    var next = start
                    let values: [SQLValue] = [.integer(run[start]), .integer(run[end - 1])]
                    try connection.forEachRow(SearchQueries.attributes, values) { row in
                        let id = row.integer(0)
                        while next < end, ids[next] < id { next += 1 }
                        if next < end, ids[next] == id { result.append(Self.row(row, withNames)) }
                        return true
                    }
                }
                start = end
            }
            return result
        }
    }

    private static func row(_ row: SQLRow, _ withNames: Bool) -> Attributes {
        Attributes(
            id: row.integer(0), sizeBytes: row.integer(1), modifiedNS: row.integer(2), firstSeenAt: row.integer(3),
            foldedName: withNames ? row.bytes(4) : [])
    }
}
