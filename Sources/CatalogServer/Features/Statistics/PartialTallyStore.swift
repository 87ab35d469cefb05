import CatalogCore
import CatalogDatabase

/// Sums over the rows of what a caller with a scope of places may see, which no counter knows.
struct PartialTallyStore {
    let connection: any SQLConnection
    let scope: AccessScope

    /// Of what may be seen of these roots.
    func tally(of roots: [RootID]) throws -> EntryTally {
        var tally = try EntryTallyStore(of: Set(roots.filter(scope.allowsWhole)), on: connection).tally()
        for root in roots where !scope.allowsWhole(root) { try add(root, to: &tally) }
        return tally
    }

    /// The newest row of the journal of names, where every change of an entry stands: another number means that something was changed.
    func generation() throws -> Int64 {
        try connection.firstRow(StatisticsQueries.generation) { $0.optionalInteger(0) ?? 0 } ?? 0
    }

    private func add(_ root: RootID, to tally: inout EntryTally) throws {
        let place = try CatalogStore.place(ofRoot: root, scope, connection)
        for path in scope.places(in: root) ?? [] {
            guard let id = try CatalogStore.entryID(of: path, in: place, connection) else { continue }
            var waiting: [EntryID] = []
            try count(StatisticsQueries.entry, id, &tally, &waiting)
            while let directory = waiting.popLast() {
                try count(StatisticsQueries.children, directory, &tally, &waiting)
            }
        }
    }

    private func count(
        _ statement: SQLStatement, _ id: EntryID, _ tally: inout EntryTally, _ directories: inout [EntryID]
    ) throws {
        try connection.forEachRow(statement, [.integer(id)]) { row in
            tally.add(entry: row, from: 1)
            if EntryKind(rawValue: row.integer(1)) == .directory { directories.append(row.integer(0)) }
            return true
        }
    }
}
