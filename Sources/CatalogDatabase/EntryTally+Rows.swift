package import CatalogCore

/// How rows of the catalog are counted.
extension EntryTally {
    /// Counts a row of `entries`; one of a kind that this version does not know counts for nothing.
    ///
    /// - Parameter column: where kind, name and size stand, one behind the other.
    package mutating func add(entry row: SQLRow, from column: Int = 0) {
        guard let kind = EntryKind(rawValue: row.integer(column)) else { return }
        let bytes = row.integer(column + 2)
        row.withBytes(column + 1) { add(kind: kind, name: $0, bytes: bytes) }
    }

    /// Counts a row of `entry_counts`: kind, extension, class of size, entries and bytes.
    ///
    /// - Parameter times: -1 to take it away.
    package mutating func add(counts row: SQLRow, times: Int64 = 1) {
        guard let kind = EntryKind(rawValue: row.integer(0)), let size = SizeClass(rawValue: row.integer(2)) else {
            return
        }
        var figures = Figures()
        (figures.count, figures.bytes) = (times * row.integer(3), times * row.integer(4))
        add(EntryClass(kind: kind, fileExtension: row.text(1), size: size), figures)
    }
}
