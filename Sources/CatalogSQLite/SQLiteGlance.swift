package import CatalogDatabase
import GRDBSQLite
import Glibc

/// A look at a database that must not change, not even by the files that SQLite puts beside it.
package enum SQLiteGlance {
    /// The number that `statement` gives; nil when there is none, or when the file cannot be read like this.
    ///
    /// Blocks.
    /// - Parameters:
    ///   - path: of the file.
    ///   - statement: without placeholders.
    package static func number(_ statement: SQLStatement, in path: String) -> Int64? {
        SQLiteSetup.run()
        var handle: OpaquePointer?
        var prepared: OpaquePointer?
        defer {
            sqlite3_finalize(prepared)
            sqlite3_close(handle)
        }
        guard sqlite3_open_v2(uri(path), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil) == SQLITE_OK,
            sqlite3_prepare_v2(handle, statement.sqliteText, -1, &prepared, nil) == SQLITE_OK,
            sqlite3_step(prepared) == SQLITE_ROW, sqlite3_column_type(prepared, 0) == SQLITE_INTEGER
        else { return nil }
        return sqlite3_column_int64(prepared, 0)
    }

    /// Without a log nobody writes, and a file that is said not to change is read without locks and shared memory.
    private static func uri(_ path: String) -> String {
        var status = stat()
        let hasLog = stat(path + "-wal", &status) == 0 && status.st_size > 0
        var encoded = ""
        for byte in path.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && !"%?#".utf8.contains(byte)
            let digits = String(byte, radix: 16)
            encoded += isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 0x10 ? "0" : "") + digits
        }
        return "file:\(encoded)?mode=ro" + (hasLog ? "" : "&immutable=1")
    }
}
