import CatalogCore
import HTTPTypes
import NIOCore
import NIOHTTP1

/// What HTTP/1 asks of a server beyond parsing, between the parser and everything else: one Host (RFC 9112 section 3.2), an
/// end of the connection where the client wants it (9.3), `100 Continue` (RFC 9110 section 10.1.1), and an answer in the
/// form of the API for what cannot be parsed.
final class HTTP1Rules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: Connection
    private let onRefused: (HTTPResponse.Status) -> Void
    /// Requests whose answer has not ended.
    private var unanswered = 0
    private var isRefused = false

    /// - Parameter onRefused: told of a request that nobody else sees.
    init(_ connection: Connection, onRefused: @escaping (HTTPResponse.Status) -> Void) {
        self.connection = connection
        self.onRefused = onRefused
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard hasOneHost(head) else { return refuse(.badRequest, context) }
            unanswered += 1
            connection.bodyBegan()
            if wantsContinue(head) {
                let interim = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
            }
            context.fireChannelRead(wrapInboundOut(.head(withPlainConnectionField(head))))
        case .body(let part):
            connection.bodyReceived(part.readableBytes)
            context.fireChannelRead(data)
        case .end:
            connection.bodyEnded()
            context.fireChannelRead(data)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        refuse(error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest, context)
    }

    private func hasOneHost(_ head: HTTPRequestHead) -> Bool {
        let count = head.headers[canonicalForm: "host"].count
        return count == 1 || (count == 0 && head.version == .http1_0)
    }

    private func wantsContinue(_ head: HTTPRequestHead) -> Bool {
        guard head.version != .http1_0, head.headers.first(name: "expect")?.lowercased() == "100-continue" else {
            return false
        }
        // A body that will be refused for its length need not be sent at all.
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        return length <= Limits.jsonBodyBytes
    }

    /// What follows knows one form only of the wish to end the connection.
    private func withPlainConnectionField(_ head: HTTPRequestHead) -> HTTPRequestHead {
        guard !head.isKeepAlive else { return head }
        var head = head
        head.headers.replaceOrAdd(name: "connection", value: "close")
        return head
    }

    /// Answers by itself and ends the connection: after a mistake nobody knows where the next request begins.
    private func refuse(_ status: HTTPResponse.Status, _ context: ChannelHandlerContext) {
        guard !isRefused else { return }
        isRefused = true
        guard unanswered == 0 else { return context.close(promise: nil) }
        onRefused(status)
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.field("error", ErrorText.unreadable(status))
        json.endObject()
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status.code))
        head.headers = [
            "Content-Type": "application/json", "Content-Length": String(json.buffer.readableBytes),
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Connection": "close",
        ]
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(json.buffer))), promise: nil)
        // Only our own direction is closed: what the client still sends would otherwise destroy the answer.
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(mode: .output, promise: nil)
        }
    }
}

/// Puts `HTTP1Rules` behind the parser of a connection that speaks HTTP/1, and goes; on others it does nothing else.
final class HTTP1RulesInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let registry: ConnectionRegistry
    private let metrics: HTTPMetrics

    init(_ registry: ConnectionRegistry, _ metrics: HTTPMetrics) {
        self.registry = registry
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        defer { pipeline.removeHandler(context: context, promise: nil) }
        guard let connection = registry.find(context.channel)?.connection,
            let parser = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        else { return }
        let rules = HTTP1Rules(connection) { [metrics] status in
            metrics.record(method: "OTHER", route: nil, status: status.code, seconds: 0, bytes: 0)
        }
        do {
            try pipeline.addHandler(rules, position: .after(parser))
        } catch {
            context.close(promise: nil)
        }
    }
}
