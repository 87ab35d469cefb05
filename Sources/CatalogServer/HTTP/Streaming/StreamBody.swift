package import Hummingbird
package import NIOCore
import Synchronization

extension AppRequestContext {
    /// A body that is written as it comes.
    ///
    /// It runs on the connection's own event loop, so that a stream costs no changes of thread: `write` must not block.
    /// The access log and the metrics see its end and its bytes.
    ///
    /// `length` is the number of bytes that will be written, or nil when that is not known. `write` returns at the end; an
    /// error cuts the connection, so that the client sees that something is missing, and is logged unless it was the
    /// client who left.
    package func streamBody(
        length: Int?, _ write: @escaping @Sendable (inout StreamBodyWriter) async throws -> Void
    ) -> ResponseBody {
        let exchange = self.exchange
        exchange.beginStreaming()
        let executor = exchange.services.executors[channel.eventLoop]
        let stallLimit = exchange.isStream ? TimeAmount(exchange.services.settings.connectionLimits.writeStall) : nil
        let channel = self.channel
        return ResponseBody(contentLength: length) { base in
            defer { exchange.finish() }
            // The existential is copied: it is a handle of the connection, and `finish` consumes one.
            let handle = base
            let sender = StreamBodyWriter(handle, exchange, channel, stallLimit)
            do {
                try await withTaskExecutorPreference(executor) {
                    var writer = sender
                    try await write(&writer)
                    try await writer.finish()
                }
                exchange.endStreaming()
            } catch let gone as ClientGone {
                throw gone.cause
            } catch {
                exchange.broke(error)
                throw error
            }
        }
    }
}

/// Writes a body that was begun by `AppRequestContext.streamBody`.
package struct StreamBodyWriter: @unchecked Sendable {
    // Hummingbird's writer is a handle of the connection's outbound side, which is Sendable; only the protocol does not say
    // so. It is used by one task at a time.
    private var base: any ResponseBodyWriter
    private let exchange: Exchange
    private let channel: any Channel
    /// Whether there was a connection; tests do without.
    private let wasActive: Bool
    /// Streams of HTTP/2 have their own flow control, which the watch over the connection does not see.
    private let stallLimit: TimeAmount?

    init(_ base: any ResponseBodyWriter, _ exchange: Exchange, _ channel: any Channel, _ stallLimit: TimeAmount?) {
        self.base = base
        self.exchange = exchange
        self.channel = channel
        wasActive = channel.isActive
        self.stallLimit = stallLimit
    }

    /// Writes bytes, and waits while the client has not taken enough of the ones before.
    @concurrent package mutating func write(_ buffer: ByteBuffer) async throws {
        // Bytes for a closed channel vanish without a word until its event loop comes to tell us, and a body that never waits
        // for anything else would keep the loop from that.
        guard !wasActive || channel.isActive else { throw ClientGone(cause: ChannelError.ioOnClosedChannel) }
        exchange.sent(buffer.readableBytes)
        do {
            guard let stallLimit else { return try await base.write(buffer) }
            let channel = self.channel
            let cut = channel.eventLoop.scheduleTask(in: stallLimit) { channel.close(promise: nil) }
            defer { cut.cancel() }
            try await base.write(buffer)
        } catch {
            throw ClientGone(cause: error)
        }
    }

    /// Waits while the client has not taken enough of what was written: who reads the next piece only then holds one
    /// piece less in memory for a client that has stopped.
    @concurrent package mutating func waitForRoom() async throws {
        guard !channel.isWritable else { return }
        try await write(ByteBuffer())
    }

    @concurrent fileprivate func finish() async throws {
        do { try await base.finish(nil) } catch { throw ClientGone(cause: error) }
    }
}

/// Nothing can be written any more: the client went away, or was cut because it took nothing.
private struct ClientGone: Error {
    let cause: any Error
}

/// Something that is done once, whoever asks first.
final class OnceAction: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) {
        self.action = Mutex(action)
    }

    func run() {
        let pending = action.withLock { action in
            defer { action = nil }
            return action
        }
        pending?()
    }
}
