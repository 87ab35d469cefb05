import CatalogCore
import CatalogDatabase

/// One noted entry that is still there in the catalog.
struct RemovalCandidate: Sendable {
    let id: EntryID
    let isDirectory: Bool
    let isFile: Bool
    let parentID: EntryID?
    let size: Int64
    /// Itself and everything below it.
    let entryCount: Int

    /// Columns as in `ScanQueries.removals`.
    init(row: SQLRow) {
        id = row.integer(0)
        let kind = EntryKind(rawValue: row.integer(1))
        isDirectory = kind == .directory
        isFile = kind == .file
        parentID = row.optionalInteger(2)
        size = row.integer(3)
        entryCount = 1 + Int(row.integer(4) + row.integer(5))
    }
}
