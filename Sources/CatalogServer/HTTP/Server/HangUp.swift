import CatalogCore
import NIOCore

/// The end of a connection that does not destroy what is still on its way (RFC 9112 section 9.6).
///
/// A socket that is closed while bytes of the client wait in it resets the connection, and the client loses the answer. So our
/// direction is closed first, and for a moment what comes is thrown away.
///
/// For the channel's event loop only.
final class HangUp {
    private let connection: Connection
    /// Whether our direction is closed.
    private(set) var isBegun = false
    private var isInputClosed = false
    private var droppedBytes = 0

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Closes our direction, and soon the other one.
    func begin(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        guard !isBegun else {
            promise?.succeed()
            return
        }
        isBegun = true
        context.close(mode: .output, promise: promise)
        guard !isInputClosed else { return context.close(promise: nil) }
        // What follows in the pipeline may have stopped reading for good.
        context.read()
        let patience = TimeAmount.seconds(Limits.hangUpSeconds)
        let end = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        context.channel.closeFuture.assumeIsolated().whenComplete { _ in end.cancel() }
    }

    /// Somebody wants to close: both directions at once only where nothing can be lost.
    func close(_ context: ChannelHandlerContext, _ mode: CloseMode, _ promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output: begin(context, promise)
        case .all where isBegun && !isInputClosed && !connection.isCut:
            context.channel.closeFuture.cascade(to: promise)
        default: context.close(mode: mode, promise: promise)
        }
    }

    /// The client has taken everything and closed too, or will not read.
    func inputClosed(_ context: ChannelHandlerContext) {
        isInputClosed = true
        if isBegun { context.close(promise: nil) }
    }

    /// Bytes came that nobody wants.
    func dropped(_ bytes: Int, _ context: ChannelHandlerContext) {
        droppedBytes += bytes
        if isBegun, droppedBytes > Limits.hangUpBytes { context.close(promise: nil) }
    }
}
