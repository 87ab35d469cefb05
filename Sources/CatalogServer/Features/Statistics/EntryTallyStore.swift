import CatalogCore
import CatalogDatabase

/// The counters of entries, as statistics ask for them: of one root, or of all that a caller may see.
///
/// They are the sums over the rows at every moment, since whoever changes rows changes them in the same transaction. Who may see some places of a
/// root only gets sums over the rows themselves (`PartialTallyStore`).
struct EntryTallyStore {
    private let connection: any SQLConnection
    private let list: SQLValue

    /// - Parameter roots: nil for all.
    init(of roots: Set<RootID>?, on connection: any SQLConnection) {
        self.connection = connection
        list = StatisticsQueries.list(roots)
    }

    func totals() throws -> EntryTotals {
        try connection.firstRow(StatisticsQueries.totals, [list]) { row in
            EntryTotals(files: row.integer(0), directories: row.integer(1), bytes: row.integer(2))
        } ?? EntryTotals()
    }

    /// By extension, the most frequent first.
    func fileTypes(limit: Int) throws -> [FileTypeFigures] {
        try connection.rows(StatisticsQueries.fileTypes, [list, .integer(Int64(limit))]) { row in
            FileTypeFigures(fileExtension: row.text(0), count: row.integer(1), bytes: row.integer(2))
        }
    }

    /// Files and links of each size.
    func sizes() throws -> [SizeClass: Int64] {
        var sizes: [SizeClass: Int64] = [:]
        try connection.forEachRow(StatisticsQueries.sizes, [list]) { row in
            if let size = SizeClass(rawValue: row.integer(0)) { sizes[size] = row.integer(1) }
            return true
        }
        return sizes
    }

    /// Every class.
    func tally() throws -> EntryTally {
        var tally = EntryTally()
        try connection.forEachRow(StatisticsQueries.classes, [list]) { row in
            tally.add(counts: row)
            return true
        }
        return tally
    }
}
