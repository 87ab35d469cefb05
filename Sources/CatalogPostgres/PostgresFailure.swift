import CLibPQ
import CatalogCore

/// What PostgreSQL said about a call that failed, or that the connection to it is lost; and its translation into the
/// vocabulary of the catalog.
struct PostgresFailure: Error {
    /// What the adapter does about it.
    enum Kind {
        /// The server refused the statement; the connection is as good as before.
        case refused
        /// The connection is lost, or what was said over it cannot be understood: it is thrown away.
        case connectionLost
    }

    let kind: Kind
    /// Five characters of the SQL standard; empty when the server said nothing.
    let state: String
    let message: String

    init(_ kind: Kind, state: String = "", _ message: String) {
        self.kind = kind
        self.state = state
        self.message = message
    }

    /// - Parameter result: a result that reports an error.
    init(result: OpaquePointer) {
        state = PQresultErrorField(result, PostgresFailure.sqlStateField).map { String(cString: $0) } ?? ""
        let primary = PQresultErrorField(result, PostgresFailure.primaryMessageField).map { String(cString: $0) }
        message = primary ?? String(cString: PQresultErrorMessage(result))
        // Class 57P: the server is stopping or was restarted; 08: the connection failed. It says so before it hangs up.
        kind = state.isEmpty || state.hasPrefix("57P") || state.hasPrefix("08") ? .connectionLost : .refused
    }

    /// - Parameter handle: a connection that failed.
    init(connection handle: OpaquePointer?) {
        kind = .connectionLost
        state = ""
        message = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// `PG_DIAG_SQLSTATE` and `PG_DIAG_MESSAGE_PRIMARY` of postgres_ext.h, which are character constants there.
    private static let sqlStateField = Int32(UInt8(ascii: "C"))
    private static let primaryMessageField = Int32(UInt8(ascii: "M"))

    /// Whether the whole transaction may simply be tried again: two of them got in each other's way.
    var isCollision: Bool { state == "40001" || state == "40P01" }

    /// Whether the same is likely to work in a moment: the server is away, is just starting or has no connection left, or it
    /// is a standby that is about to take over (25006: it cannot be written).
    var isWorthWaiting: Bool { kind == .connectionLost || state == "25006" || state == "53300" }

    /// Whether a new connection is needed. A server that takes no writes any more may leave its sessions alone when another one has
    /// taken over; only somebody who connects finds that one.
    var endsConnection: Bool { kind == .connectionLost || state == "25006" }

    private var cause: String { "PostgreSQL \(state.isEmpty ? "connection" : state): \(message)" }

    var catalogError: CatalogError {
        if kind == .connectionLost { return CatalogError(.unavailable, "The database cannot be reached", cause: cause) }
        return switch state {
        case "23505": CatalogError(.alreadyExists, "Already exists", cause: cause)
        case "53100", "53200": CatalogError(.insufficientStorage, "The disk of the database is full", cause: cause)
        case "57014": CatalogError(.timedOut, "The database took too long", cause: cause)
        case "25006": CatalogError(.unavailable, "The database cannot be written", cause: cause)
        case "58030", "XX001", "XX002":
            CatalogError(.dataLoss, "The database is damaged: stop the server and restore a backup", cause: cause)
        default:
            switch state.prefix(2) {
            case "23": CatalogError(.conflict, "Conflict", cause: cause)
            case "40", "53", "55": CatalogError(.unavailable, "The database is busy", cause: cause)
            default: .internalError(cause)
            }
        }
    }

    /// Runs `body` and turns what PostgreSQL says into `CatalogError`; other errors pass.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as PostgresFailure {
            throw failure.catalogError
        }
    }
}
