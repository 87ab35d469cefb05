import CatalogCore
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// What HTTP/2 leaves to a server on each stream: bodies that are whole or not bodies at all, and the end of those that
/// nobody wants.
final class HTTP2StreamRules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let body: BodyWatch
    private var isAnswered = false
    private var unreadBytes = 0

    init(_ limits: ConnectionLimits) {
        body = BodyWatch(limits)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): body.began(announced: head.headerFields[.contentLength].flatMap { Int($0) })
        case .body(let part):
            body.received(part.readableBytes)
            if isAnswered {
                unreadBytes += part.readableBytes
                if unreadBytes > Limits.unreadBodyBytes { return close(context) }
            }
        case .end: body.ended()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        guard body.isOpen else { return }
        body.start(on: context.eventLoop) { [weak self] in
            guard let self else { return }
            if isAnswered { return close(context) }
            interrupt(IncompleteBody(isTooSlow: true, cause: "too slow"), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard body.isOpen else { return context.fireErrorCaught(error) }
        interrupt(IncompleteBody(isTooSlow: false, cause: "\(error)"), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if body.isOpen { interrupt(IncompleteBody(isTooSlow: false, cause: "stream closed"), context) }
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { isAnswered = true }
        context.write(data, promise: promise)
    }

    private func interrupt(_ error: IncompleteBody, _ context: ChannelHandlerContext) {
        body.ended()
        context.fireErrorCaught(error)
    }

    private func close(_ context: ChannelHandlerContext) {
        body.ended()
        context.close(promise: nil)
    }
}
