import CatalogCore
import CatalogDatabase

/// Rows for one table in the binary form of COPY: for each the number of its columns, then length and bytes of each value.
/// *Source*: PostgreSQL's documentation of COPY, "Binary Format".
final class PostgresCopy: SQLBulkRow {
    private static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private static let trailer: [UInt8] = [0xFF, 0xFF]

    private let table: SQLBulkTable
    /// Grown by hand: a scan appends fifteen values for each of millions of rows.
    private var room: UnsafeMutableRawBufferPointer
    private(set) var byteCount = 0
    private var valuesInRow = 0

    init(_ table: SQLBulkTable) {
        self.table = table
        room = .allocate(byteCount: 1 << 16, alignment: 16)
        Self.header.withUnsafeBytes { put($0) }
    }

    deinit { room.deallocate() }

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

    /// Begins to fill the table; until `finish` the connection can do nothing else.
    func begin(over link: PostgresLink) throws {
        let columns = table.columns.joined(separator: ", ")
        try link.beginCopy("COPY \(table.name) (\(columns)) FROM STDIN WITH (FORMAT binary)")
    }

    /// Sends the rows that are there and makes room for more.
    func sendRows(over link: PostgresLink) throws {
        try link.putCopy(UnsafeRawBufferPointer(rebasing: room[..<byteCount]))
        byteCount = 0
    }

    /// Sends the rest and waits until the table has all of it.
    func finish(over link: PostgresLink) throws {
        Self.trailer.withUnsafeBytes { put($0) }
        try sendRows(over: link)
        try link.endCopy()
    }

    func append(_ value: Int64) {
        valuesInRow += 1
        append(number: Int32(8))
        append(number: value)
    }

    func append(_ piece: UnsafeRawBufferPointer) {
        valuesInRow += 1
        append(number: Int32(clamping: piece.count))
        put(piece)
    }

    func append(text: UnsafeRawBufferPointer) { append(text) }

    func appendNull() {
        valuesInRow += 1
        append(number: Int32(-1))
    }

    private func append(number: some FixedWidthInteger) {
        let size = number.bitWidth / 8
        makeRoom(for: size)
        room.storeBytes(of: number.bigEndian, toByteOffset: byteCount, as: type(of: number))
        byteCount += size
    }

    private func put(_ piece: UnsafeRawBufferPointer) {
        makeRoom(for: piece.count)
        UnsafeMutableRawBufferPointer(rebasing: room[byteCount...]).copyMemory(from: piece)
        byteCount += piece.count
    }

    private func makeRoom(for count: Int) {
        guard byteCount + count > room.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(room.count * 2, byteCount + count), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<byteCount]))
        room.deallocate()
        room = larger
    }
}
