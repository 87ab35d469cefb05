import CLibPQ
import CatalogCore
import CatalogDatabase
import Glibc

/// One connection to a server, with the statements that were prepared on it. The only type that sees libpq's pointers,
/// with `PostgresResult`.
///
/// It is used by one thread at a time: the pool hands it over. Every wait has an end: a server that is silent for longer than
/// a statement may take is taken for lost.
final class PostgresLink: @unchecked Sendable {
    /// Statements kept prepared: several times what the program has; a migration's scripts are not among them.
    private static let preparedMax = 512
    /// As `PQserverVersion` counts.
    private static let oldestVersion: Int32 = 140_000

    let handle: OpaquePointer
    private let statementSeconds: Int
    private var prepared: [String: (name: String, types: [PostgresType])] = [:]
    private var preparedCount = 0
    /// Statements that were sent and whose results nobody has read, because nothing depends on them.
    private var hasUnreadResults = false
    /// Whether it can be used again.
    private(set) var isBroken = false
    /// Whether the server may be silent for a day: a host that is gone is noticed by TCP itself.
    var isPatient = false
    private static let patientSeconds = 86_400
    /// What writes over it leave behind; nil until the first one.
    var mark: TransactionMark?

    /// Connects. Blocks for as long as the target's time-out says, for each host.
    ///
    /// - Parameter statementSeconds: how long the server may be silent.
    /// - Throws: `PostgresFailure`.
    init(_ target: PostgresTarget, statementSeconds: Int) throws {
        let handle = target.withParameters { PQconnectdbParams($0, $1, 0) }
        guard let handle else { throw PostgresFailure(.connectionLost, "out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgresFailure(connection: handle)
        }
        self.handle = handle
        self.statementSeconds = statementSeconds
        // Notices are for people at a terminal; libpq would write them to ours.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        PQsetnonblocking(handle, 1)
    }

    deinit { PQfinish(handle) }

    /// - Throws: `CatalogError.unsupported` for a server that is too old.
    func requireVersion() throws {
        let version = PQserverVersion(handle)
        guard version >= Self.oldestVersion else {
            throw CatalogError(
                .unsupported,
                "The database server is PostgreSQL \(version / 10_000); version \(Self.oldestVersion / 10_000) or newer is needed."
            )
        }
    }

    /// Whether the server has closed the connection while nobody used it.
    var isHungUp: Bool {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // Its last words come before the end of the connection.
        for _ in 0..<4 where poll(&entry, 1, 0) > 0 {
            if PQconsumeInput(handle) != 1 || PQstatus(handle) != CONNECTION_OK { return true }
        }
        return false
    }

    // MARK: Statements

    /// Runs statements without values, one after the other in one message.
    ///
    /// - Returns: the result of the last one.
    @discardableResult
    func run(script: String) throws -> PostgresResult {
        try finishUnread()
        try send(PQsendQuery(handle, script))
        return try lastResult()
    }

    /// Sends a statement without values whose result nobody waits for: the end of a transaction that only read.
    func runLater(script: String) {
        do {
            try finishUnread()
            try send(PQsendQuery(handle, script))
            hasUnreadResults = true
            try flush()
        } catch {
            isBroken = true
        }
    }

    /// Runs a statement.
    ///
    /// - Parameters:
    ///   - opening: statements that are to be run before it, in the same message.
    ///   - closing: statements that are to be run after it, in the same message.
    func query(
        _ text: String, _ values: [SQLValue], after opening: [String] = [], before closing: [String] = []
    ) throws -> PostgresResult {
        let statement = try prepare(text)
        let parameters = try PostgresParameters(values, types: statement.types)
        if opening.isEmpty, closing.isEmpty {
            try send(sendPrepared(statement.name, parameters))
            return try lastResult()
        }
        return try inPipeline(resultOf: opening.count) {
            for text in opening { try send(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1)) }
            try send(sendPrepared(statement.name, parameters))
            for text in closing { try send(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1)) }
        }
    }

    /// Runs statements in one message.
    func run(_ statements: [(text: String, values: [SQLValue])]) throws {
        guard !statements.isEmpty else { return }
        let ready = try statements.map { statement in
            let known = try prepare(statement.text)
            return (name: known.name, parameters: try PostgresParameters(statement.values, types: known.types))
        }
        _ = try inPipeline(resultOf: 0) {
            for statement in ready { try send(sendPrepared(statement.name, statement.parameters)) }
        }
    }

    // MARK: Prepared statements

    private func prepare(_ text: String) throws -> (name: String, types: [PostgresType]) {
        try finishUnread()
        if let known = prepared[text] { return known }
        if prepared.count >= Self.preparedMax {
            try run(script: "DEALLOCATE ALL")
            prepared.removeAll()
        }
        preparedCount += 1
        let name = "s\(preparedCount)"
        try send(PQsendPrepare(handle, name, text, 0, nil))
        _ = try lastResult()
        try send(PQsendDescribePrepared(handle, name))
        let description = try lastResult()
        if let column = description.columnTypes.firstIndex(where: { !$0.isReadable }) {
            throw PostgresFailure(.refused, "column \(column) is of a type that nobody can read: \(text)")
        }
        let statement = (name, description.parameterTypes)
        prepared[text] = statement
        return statement
    }

    private func sendPrepared(_ name: String, _ parameters: PostgresParameters) -> Int32 {
        parameters.withPointers { count, pointers, lengths, formats in
            PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1)
        }
    }

    // MARK: Results

    func send(_ code: Int32) throws {
        guard code == 1 else { throw lost() }
    }

    /// Runs what `body` sends as one message.
    ///
    /// - Parameter index: whose result is wanted, of the statements that are sent.
    private func inPipeline(resultOf index: Int, _ body: () throws -> Void) throws -> PostgresResult {
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        try body()
        try send(PQpipelineSync(handle))
        try flush()
        var wanted: PostgresResult?
        var count = 0
        var failure: PostgresFailure?
        while true {
            guard let result = try nextResult() else { continue }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                guard PQexitPipelineMode(handle) == 1 else { throw lost() }
                if let failure { throw failure }
                guard let wanted else { throw lost("a statement without a result") }
                return wanted
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                let owned = PostgresResult(result)
                if count == index { wanted = owned }
                count += 1
            default:
                failure = failure ?? PostgresFailure(result: result)
                PQclear(result)
                if failure?.endsConnection == true { isBroken = true }
                if failure?.kind == .connectionLost { throw failure ?? lost() }
            }
        }
    }

    /// Reads results up to the end of what was sent.
    func lastResult() throws -> PostgresResult {
        try flush()
        var last: PostgresResult?
        var failure: PostgresFailure?
        while let result = try nextResult() {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                last = PostgresResult(result)
            default:
                let error = PostgresFailure(result: result)
                PQclear(result)
                if error.endsConnection { isBroken = true }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        guard let last else { throw lost("a statement without a result") }
        return last
    }

    func drain() throws {
        while let result = try nextResult() { PQclear(result) }
    }

    func finishUnread() throws {
        guard hasUnreadResults else { return }
        hasUnreadResults = false
        try drain()
    }

    func nextResult() throws -> OpaquePointer? {
        while PQisBusy(handle) != 0 {
            try wait(for: POLLIN)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle)
    }

    func flush() throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: POLLIN | POLLOUT)
                guard PQconsumeInput(handle) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    func wait(for events: Int32) throws {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        while true {
            let seconds = isPatient ? Self.patientSeconds : statementSeconds
            let count = poll(&entry, 1, Int32(seconds) * 1_000)
            if count > 0 { return }
            if count == 0 { throw lost("no answer for \(seconds) seconds") }
            guard errno == EINTR else { throw lost("poll failed with error \(errno)") }
        }
    }

    func lost(_ message: String? = nil) -> PostgresFailure {
        isBroken = true
        return message.map { PostgresFailure(.connectionLost, $0) } ?? PostgresFailure(connection: handle)
    }
}
