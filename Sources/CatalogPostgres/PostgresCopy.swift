import CatalogCore
import CatalogDatabase

/// Rows for one table in the binary form of COPY: for each the number of its columns, then length and bytes of each value.
/// *Source*: PostgreSQL's documentation of COPY, "Binary Format".
final class PostgresCopy: SQLBulkRow {
    private static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private static let trailer: [UInt8] = [0xFF, 0xFF]

    private let table: SQLBulkTable
    private var bytes = PostgresCopy.header
    private var valuesInRow = 0

    init(_ table: SQLBulkTable) {
        self.table = table
    }

    var byteCount: Int { bytes.count }

    func isInto(_ other: SQLBulkTable) -> Bool {
        table.name == other.name && table.columns == other.columns
    }

    /// Adds a row whose values `fill` appends.
    ///
    /// - Throws: what `fill` throws; an internal error when it appends another number of values.
    func appendRow(_ fill: () throws -> Void) throws {
        valuesInRow = 0
        append(number: Int16(table.columns.count))
        try fill()
        guard valuesInRow == table.columns.count else {
            throw CatalogError.internalError("\(valuesInRow) values for \(table.columns.count) columns")
        }
    }

    /// Fills the table.
    func send(over link: PostgresLink) throws {
        bytes += Self.trailer
        let columns = table.columns.joined(separator: ", ")
        try bytes.withUnsafeBytes { data in
            try link.copy("COPY \(table.name) (\(columns)) FROM STDIN WITH (FORMAT binary)", data)
        }
    }

    func append(_ value: Int64) {
        valuesInRow += 1
        append(number: Int32(8))
        append(number: value)
    }

    func append(_ piece: UnsafeRawBufferPointer) {
        valuesInRow += 1
        append(number: Int32(clamping: piece.count))
        bytes.append(contentsOf: piece)
    }

    func appendNull() {
        valuesInRow += 1
        append(number: Int32(-1))
    }

    private func append(number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
