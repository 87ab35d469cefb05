import HummingbirdCore
import Logging
import NIOCore

/// A connection that is watched while `Base` speaks HTTP on it.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let limits: ConnectionLimits
    let registry: ConnectionRegistry
    let executors: EventLoopExecutors

    /// What `Base` makes of a channel, with what is known about the channel.
    struct Value: ServerChildChannelValue {
        let base: Base.Value
        let connection: Connection

        var channel: any Channel { base.channel }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = Connection(channel, limits)
        registry.add(connection)
        watch(connection, logger)
        do {
            // A range of usual size goes out without the channel calling itself full and empty again.
            try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 160 << 10))
            try channel.pipeline.syncOperations.addHandler(ReceiveObserver(connection))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger).map { Value(base: $0, connection: connection) }
    }

    /// A connection's task stays on the loop that reads and writes for it: a small answer costs no change of thread. The
    /// shell takes everything that may need its time elsewhere.
    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[value.channel.eventLoop]) {
            await Connection.$current.withValue(value.connection) {
                await base.handle(value: value.base, logger: logger)
            }
        }
    }

    /// Looks at the connection again and again until it is closed.
    ///
    /// Hummingbird's own idle limit sleeps while an answer is in progress, so a client that stops reading would keep
    /// its descriptor for ever.
    private func watch(_ connection: Connection, _ logger: Logger) {
        let channel = connection.channel
        let interval = TimeAmount(limits.interval)
        let watching = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
            let buffered = try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
            guard connection.isOverLimit(buffered: buffered) else { return }
            logger.debug("connection over its limit", metadata: ["buffered_bytes": "\(buffered)"])
            task.cancel()
            connection.cut()
        }
        channel.closeFuture.whenComplete { _ in watching.cancel() }
    }
}

/// Tells the connection that bytes came, before anything decodes them.
private final class ReceiveObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received()
        context.fireChannelRead(data)
    }
}
