import CatalogCore
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What HTTP/1 asks of a server beyond parsing, between the parser and everything else, which knows versions of HTTP no more.
///
/// One Host (RFC 9112 section 3.2), bodies that are whole or not bodies at all (8), an end of the connection where the client
/// wants it or nothing else is safe (9.3 to 9.6), `100 Continue` (RFC 9110 section 10.1.1), and an answer in the form of the API for
/// what cannot be parsed.
final class HTTP1Rules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = ByteBuffer

    /// A request whose answer has not ended.
    private struct Unanswered {
        let isOldVersion: Bool
        /// The answer has no body, whatever its head says of one.
        let isHead: Bool
        let isKeptAlive: Bool
        var waitsForContinue: Bool
    }

    private let connection: Connection
    private let refused: (HTTPResponse.Status) -> RefusedRequest
    private let body: BodyWatch
    /// In the order of their answers; an open body belongs to the last.
    private var unanswered = CircularBuffer<Unanswered>(initialCapacity: 2)
    /// What to say when everything before has its answer.
    private var refusal: HTTPResponse.Status?
    /// Nothing that comes from now on is a request.
    private var isDeaf = false
    /// Whether the connection ends with the last answer.
    private var isLast = false
    private var isQuiescing = false
    private let hangUp: HangUp
    private var text = HTTP1Text()

    /// - Parameter refused: makes the answer to a request that nobody else sees.
    init(
        _ connection: Connection, _ limits: ConnectionLimits, refused: @escaping (HTTPResponse.Status) -> RefusedRequest
    ) {
        self.connection = connection
        self.refused = refused
        body = BodyWatch(limits)
        hangUp = HangUp(connection)
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): if !isDeaf { began(head, context) }
        case .body(let part):
            if isDeaf { return hangUp.dropped(part.readableBytes, context) }
            body.received(part.readableBytes)
            if unanswered.count == 1 { unanswered[unanswered.startIndex].waitsForContinue = false }
            context.fireChannelRead(wrapInboundOut(.body(part)))
        case .end:
            guard !isDeaf else { return }
            body.ended()
            // Nobody here reads what comes after a body.
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if hangUp.isBegun { return context.read() }
        guard body.isOpen else { return }
        body.start(on: context.eventLoop) { [weak self] in
            self?.interrupt(IncompleteBody(isTooSlow: true, cause: "too slow"), context)
        }
    }

    private func began(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if let status = HTTP1Head.problem(head) { return refuse(status, context) }
        let request: HTTPRequest
        do {
            request = try HTTPRequest(HTTP1Head.withPlainConnectionField(head), secure: false, splitCookie: false)
        } catch {
            return refuse(.badRequest, context)
        }
        body.began(announced: HTTP1Head.bodyLength(head))
        let waits = HTTP1Head.wantsContinue(head)
        unanswered.append(
            Unanswered(
                isOldVersion: head.version == .http1_0, isHead: head.method == .HEAD, isKeptAlive: head.isKeepAlive,
                waitsForContinue: waits))
        if !head.isKeepAlive { isLast = true }
        sendContinueWhenDue(context)
        context.fireChannelRead(wrapInboundOut(.head(request)))
    }

    /// An interim answer stands between two answers, never inside one.
    private func sendContinueWhenDue(_ context: ChannelHandlerContext) {
        guard body.isOpen, unanswered.count == 1, unanswered.first?.waitsForContinue == true else { return }
        unanswered[unanswered.startIndex].waitsForContinue = false
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isDeaf {
            guard case .dataReceivedInErrorState(_, let bytes) = error as? ByteToMessageDecoderError else { return }
            return hangUp.dropped(bytes.readableBytes, context)
        }
        if body.isOpen { return interrupt(IncompleteBody(isTooSlow: false, cause: "\(error)"), context) }
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        // A client that said goodbye is not told about what it sends after that.
        guard !isLast else { return isDeaf = true }
        refuse(error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isQuiescing = true
            if unanswered.isEmpty, !isDeaf { context.close(promise: nil) }
            return
        }
        if case .inputClosed = event as? ChannelEvent {
            connection.inputClosed()
            hangUp.inputClosed(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if body.isOpen { interrupt(IncompleteBody(isTooSlow: false, cause: "connection closed"), context) }
        context.fireChannelInactive()
    }

    /// Without its end a body must not look like one: whoever reads it gets an error, and answers it.
    private func interrupt(_ error: IncompleteBody, _ context: ChannelHandlerContext) {
        body.ended()
        isDeaf = true
        isLast = true
        context.fireErrorCaught(error)
        if unanswered.isEmpty { hangUp.begin(context) }
    }

    /// Answers by itself and ends the connection: after a mistake nobody knows where the next request begins.
    private func refuse(_ status: HTTPResponse.Status, _ context: ChannelHandlerContext) {
        isDeaf = true
        refusal = status
        sendRefusalWhenDue(context)
    }

    private func sendRefusalWhenDue(_ context: ChannelHandlerContext) {
        guard unanswered.isEmpty, let refusal else { return }
        let answer = refused(refusal)
        writeHead(answer.head, connection: "close", context, nil)
        context.write(wrapOutboundOut(answer.body), promise: nil)
        writeLast(context, nil)
    }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(head, context, promise)
        case .body(let piece):
            let (before, after) = text.body(piece, context.channel.allocator)
            if let before { context.write(wrapOutboundOut(before), promise: nil) }
            context.write(wrapOutboundOut(piece), promise: after == nil ? promise : nil)
            if let after { context.write(wrapOutboundOut(after), promise: promise) }
        case .end:
            if !unanswered.isEmpty { unanswered.removeFirst() }
            if unanswered.isEmpty, isLast || isQuiescing, refusal == nil { return writeLast(context, promise) }
            context.write(wrapOutboundOut(text.end(context.channel.allocator)), promise: promise)
            sendRefusalWhenDue(context)
            sendContinueWhenDue(context)
        }
    }

    /// Says how the answer ends, and whether the connection does.
    private func writeHead(
        _ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        guard let request = unanswered.first, head.status.kind != .informational else {
            return writeHead(head, connection: nil, context, promise)
        }
        if unanswered.count == 1, body.isOpen, !body.isRestSmall {
            // Reading what nobody wants would cost more than a new connection.
            isLast = true
        }
        // HTTP/1.0 knows no chunks: such a body ends with the connection.
        let endsWithConnection = request.isOldVersion && !request.isHead && HTTP1Text.needsChunks(head)
        if endsWithConnection { isLast = true }
        let isEnd = !request.isKeptAlive || (unanswered.count == 1 && (isLast || isQuiescing))
        writeHead(
            head, isOldVersion: endsWithConnection, isBodyless: request.isHead,
            connection: isEnd ? "close" : request.isOldVersion ? "keep-alive" : nil, context, promise)
    }

    private func writeHead(
        _ head: HTTPResponse, isOldVersion: Bool = false, isBodyless: Bool = false, connection: StaticString?,
        _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        let bytes = text.head(
            head, isOldVersion: isOldVersion, isBodyless: isBodyless, connection: connection,
            context.channel.allocator)
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    private func writeLast(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isDeaf = true
        body.ended()
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { [self] _ in hangUp.begin(context) }
        context.writeAndFlush(wrapOutboundOut(text.end(context.channel.allocator)), promise: written)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        hangUp.close(context, mode, promise)
    }
}
