import GRDB
import GRDBSQLite
import Hummingbird

/// The answer of a listing, written without an encoder.
enum Listing {
    private static let query =
        "SELECT id, name, size, modified, kind FROM file WHERE directory = ? ORDER BY name LIMIT 100"

    /// The body: `{"dir":N,"entries":[{…},…]}`.
    static func body(of directory: Int64, in db: Database) throws -> ByteBuffer {
        let statement = try db.cachedStatement(sql: query)
        let cursor = statement.sqliteStatement
        defer { sqlite3_reset(cursor) }
        sqlite3_bind_int64(cursor, 1, directory)

        var body = ByteBuffer()
        body.reserveCapacity(16_384)
        body.writeStaticString("{\"dir\":")
        write(directory, to: &body)
        body.writeStaticString(",\"entries\":[")
        var isFirst = true
        while sqlite3_step(cursor) == SQLITE_ROW {
            body.writeStaticString(isFirst ? "{\"id\":" : ",{\"id\":")
            isFirst = false
            write(sqlite3_column_int64(cursor, 0), to: &body)
            body.writeStaticString(",\"name\":")
            writeText(column: 1, of: cursor, to: &body)
            body.writeStaticString(",\"size\":")
            write(sqlite3_column_int64(cursor, 2), to: &body)
            body.writeStaticString(",\"mtime\":")
            write(sqlite3_column_int64(cursor, 3), to: &body)
            body.writeStaticString(",\"kind\":")
            writeText(column: 4, of: cursor, to: &body)
            body.writeStaticString(",\"isDir\":false}")
        }
        body.writeStaticString("]}")
        return body
    }

    private static func writeText(column: Int32, of cursor: OpaquePointer, to body: inout ByteBuffer) {
        let text = UnsafeBufferPointer(
            start: sqlite3_column_text(cursor, column), count: Int(sqlite3_column_bytes(cursor, column)))
        body.writeInteger(UInt8(ascii: "\""))
        var start = 0
        for (index, byte) in text.enumerated() where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            body.writeBytes(UnsafeBufferPointer(rebasing: text[start..<index]))
            body.writeInteger(UInt8(ascii: "\\"))
            start = index
        }
        body.writeBytes(UnsafeBufferPointer(rebasing: text[start...]))
        body.writeInteger(UInt8(ascii: "\""))
    }

    private static func write(_ value: Int64, to body: inout ByteBuffer) {
        guard value != 0 else {
            body.writeInteger(UInt8(ascii: "0"))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var index = 20
            var rest = value.magnitude
            while rest > 0 {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            if value < 0 { body.writeInteger(UInt8(ascii: "-")) }
            body.writeBytes(UnsafeBufferPointer(rebasing: digits[index..<20]))
        }
    }
}
