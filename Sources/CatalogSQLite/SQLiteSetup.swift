import CSQLiteSetup
import GRDBSQLite

/// What SQLite has to be told before its first use in a process.
enum SQLiteSetup {
    /// Does nothing from the second call on.
    static func run() {
        _ = isDone
    }

    private static let isDone = catalogizer_sqlite_configure() == SQLITE_OK
}
