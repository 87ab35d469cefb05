import CatalogCore
import HTTPTypes
import Logging
import NIOCore
import Synchronization

/// One request and its answer, from the first byte of the head to the last of the body.
final class Exchange: Sendable {
    private struct State {
        var route: Route?
        var userID: UserID?
        var rate: (decision: RateDecision, rule: RateRule)?
        var status = 0
        var bytes = 0
        var isStreaming = false
        var isFinished = false
    }

    let services: ShellServices
    let requestID: String
    let target: RequestTarget
    /// As the client wrote it.
    let method: String
    let clientAddress: ClientAddress
    let connection: Connection?
    private let secrets: SecretPlaces
    /// Whether the request came on one of several streams of its connection (HTTP/2).
    let isStream: Bool
    private let baseLogger: Logger
    private let startedAt = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameters:
    ///   - connection: nil where there is no socket.
    ///   - secrets: of every endpoint, for the log.
    init(
        _ request: HTTPRequest, _ channel: any Channel, _ connection: Connection?, _ services: ShellServices,
        _ logger: Logger, secrets: SecretPlaces
    ) {
        self.secrets = secrets
        self.services = services
        self.connection = connection
        isStream = connection.map { $0.channel !== channel } ?? false
        baseLogger = logger
        requestID = RequestIdentifier.choose(request.headerFields[ShellHeader.requestID])
        target = RequestTarget(request.path ?? "/")
        method = request.method.rawValue
        clientAddress = services.trust.clientAddress(
            peer: connection?.peer ?? ClientAddress(channel.remoteAddress),
            forwardedFor: request.headerFields[ShellHeader.forwardedFor])
    }

    /// A client that goes away before its answer begins leaves this trace only.
    deinit { finish() }

    var isHead: Bool { method == "HEAD" }

    var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "request_id"] = "\(requestID)"
        return logger
    }

    func routed(_ route: Route) { state.withLock { $0.route = route } }

    func authenticated(_ caller: Caller) { state.withLock { $0.userID = caller.userID } }

    func charged(_ decision: RateDecision, _ rule: RateRule) { state.withLock { $0.rate = (decision, rule) } }

    var rate: (decision: RateDecision, rule: RateRule)? { state.withLock { $0.rate } }

    func beginStreaming() { state.withLock { $0.isStreaming = true } }

    func sent(_ count: Int) { state.withLock { $0.bytes += count } }

    /// The head of the answer is fixed; `bodyBytes` is nil for a body that `streamBody` writes.
    func answered(_ status: Int, bodyBytes: Int?) {
        let isOver = state.withLock { state in
            state.status = status
            if let bodyBytes {
                state.bytes = bodyBytes
                state.isStreaming = false
            }
            return !state.isStreaming
        }
        if isOver { finish() }
    }

    /// The body that `streamBody` wrote is complete.
    func endStreaming() { state.withLock { $0.isStreaming = false } }

    /// The body that `streamBody` writes ends here, because of the server and not of the client.
    func broke(_ error: any Error) {
        let failure = Failure(error)
        // Whoever cancels knows why.
        if error is CancellationError || failure.wireCode == CatalogError.Code.cancelled.wireCode { return }
        services.metrics.brokenStreams.increment()
        logger.error(
            "answer broke off",
            metadata: [
                "path": "\(path(state.withLock { $0.route }?.endpoint))",
                "error": "\(failure.message)", "cause": "\(failure.cause ?? "-")",
            ])
    }

    /// Whether `streamBody` has been asked for a body.
    var isStreaming: Bool { state.withLock { $0.isStreaming } }

    /// Writes the line of the access log and counts the request, once.
    func finish() {
        let last = state.withLock { state -> State? in
            guard !state.isFinished, state.status != 0 else { return nil }
            state.isFinished = true
            return state
        }
        guard let last else { return }
        let elapsed = startedAt.duration(to: .now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        services.metrics.record(
            method: method, route: last.route?.label, status: last.status, seconds: seconds, bytes: last.bytes)
        baseLogger.info("request", metadata: metadata(last, seconds))
    }

    private func path(_ endpoint: Endpoint?) -> String {
        AccessLog.maskedTarget(target, endpoint: endpoint, secrets: secrets)
    }

    private func metadata(_ last: State, _ seconds: Double) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "request_id": "\(requestID)", "method": "\(method)", "status": "\(last.status)",
            "path": "\(path(last.route?.endpoint))",
            "duration_ms": "\(Double(Int(seconds * 1e5)) / 1e2)", "bytes": "\(last.bytes)",
            "client": "\(clientAddress)",
        ]
        if let route = last.route { fields["route"] = "\(route.label)" }
        if let user = last.userID { fields["user_id"] = "\(user)" }
        // The status says how an answer began, and this how it ended.
        if last.isStreaming { fields["complete"] = "false" }
        return fields
    }
}
