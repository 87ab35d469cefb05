import CatalogCore
import GRDB
import GRDBSQLite

/// What SQLite said about a call that failed, and its translation into the vocabulary of the catalog.
struct SQLiteFailure: Error {
    let code: Int32
    let message: String

    init(_ handle: OpaquePointer) {
        code = sqlite3_extended_errcode(handle)
        message = String(cString: sqlite3_errmsg(handle))
    }

    private init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// Runs `body` and turns SQLite's and GRDB's errors into `CatalogError`; other errors pass.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as SQLiteFailure {
            throw failure.catalogError
        } catch let error as DatabaseError {
            let message = error.message ?? "no message"
            throw SQLiteFailure(code: error.extendedResultCode.rawValue, message: message).catalogError
        }
    }

    private var catalogError: CatalogError {
        let cause = "SQLite \(code): \(message)"
        if [2067, 1555, 2579].contains(code) {  // unique constraint, primary key, row id
            return CatalogError(.alreadyExists, "Already exists", cause: cause)
        }
        return switch code & 0xFF {
        case SQLITE_CONSTRAINT: CatalogError(.conflict, "Conflict", cause: cause)
        case SQLITE_BUSY, SQLITE_LOCKED: CatalogError(.unavailable, "The database is busy", cause: cause)
        case SQLITE_FULL: CatalogError(.insufficientStorage, "The disk of the database is full", cause: cause)
        case SQLITE_CANTOPEN, SQLITE_READONLY:
            CatalogError(.unavailable, "The database cannot be opened or written", cause: cause)
        case SQLITE_CORRUPT, SQLITE_NOTADB: CatalogError(.dataLoss, "Internal server error", cause: cause)
        case SQLITE_INTERRUPT: CatalogError(.cancelled, "The request was cancelled", cause: cause)
        default: .internalError(cause)
        }
    }
}
