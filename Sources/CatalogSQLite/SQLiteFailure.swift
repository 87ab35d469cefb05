import CatalogCore
import GRDB
import GRDBSQLite
import Glibc

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
            throw SQLiteFailure(error).catalogError
        }
    }

    /// Runs `body`, which opens the file `path`, and says what to do about a file that cannot be opened.
    static func translatingOpening<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as SQLiteFailure {
            throw failure.openingError(path)
        } catch let error as DatabaseError {
            throw SQLiteFailure(error).openingError(path)
        }
    }

    /// Without the text of the statement, which says nothing to an operator.
    private init(_ error: DatabaseError) {
        self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
    }

    private var cause: String { "SQLite \(code): \(message)" }

    private func openingError(_ path: String) -> CatalogError {
        let access =
            "Let the user with id \(geteuid()) read and write it and its directory, or name another place with "
            + "--data-dir or --database-url."
        return switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            CatalogError(
                .unavailable,
                "The database \(path) is locked by another program. End that one (a backup, or a database shell), and "
                    + "try again.", cause: cause)
        case SQLITE_READONLY:
            CatalogError(.permissionDenied, "The database \(path) cannot be written. \(access)", cause: cause)
        case SQLITE_CANTOPEN:
            CatalogError(.unavailable, "The database \(path) cannot be opened. \(access)", cause: cause)
        case SQLITE_CORRUPT:
            CatalogError(.dataLoss, "The database \(path) is damaged. Restore it from a backup.", cause: cause)
        case SQLITE_NOTADB:
            CatalogError(
                .dataLoss,
                "\(path) is no database of Catalogizer, or a damaged one. Restore it from a backup, or name another "
                    + "place with --data-dir or --database-url.", cause: cause)
        case SQLITE_FULL: CatalogError(.insufficientStorage, "The disk of the database \(path) is full.", cause: cause)
        default: CatalogError(.unavailable, "The database \(path) cannot be opened.", cause: cause)
        }
    }

    private var catalogError: CatalogError {
        if [2067, 1555, 2579].contains(code) {  // unique constraint, primary key, row id
            return CatalogError(.alreadyExists, "Already exists", cause: cause)
        }
        return switch code & 0xFF {
        case SQLITE_CONSTRAINT: CatalogError(.conflict, "Conflict", cause: cause)
        case SQLITE_BUSY, SQLITE_LOCKED: CatalogError(.unavailable, "The database is busy", cause: cause)
        case SQLITE_FULL: CatalogError(.insufficientStorage, "The disk of the database is full", cause: cause)
        case SQLITE_CANTOPEN, SQLITE_READONLY:
            CatalogError(.unavailable, "The database cannot be opened or written", cause: cause)
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            CatalogError(.dataLoss, "The database is damaged: stop the server and restore a backup", cause: cause)
        case SQLITE_INTERRUPT: CatalogError(.cancelled, "The request was cancelled", cause: cause)
        default: .internalError(cause)
        }
    }
}
