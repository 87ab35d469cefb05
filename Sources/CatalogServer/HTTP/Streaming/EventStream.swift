import CatalogCore
import HTTPTypes
package import Hummingbird
import NIOCore

extension AppRequestContext {
    /// An answer that hands over what comes into `mailbox` until the client goes, the caller's session dies, the mailbox is
    /// ended or the server stops.
    ///
    /// This is where a stream ticket is used up: a request that is refused before, or that only asks for the header
    /// fields, leaves it as it is.
    ///
    /// `onEnd` is called once, when the stream is over: there the caller forgets the mailbox that it puts events into.
    ///
    /// - Parameters:
    ///   - mailbox: read by this stream only.
    ///   - onEnd: must not block.
    /// - Returns: an answer whose body ends when the stream does.
    /// - Throws: `CatalogError.rateLimited` for more than `Limits.eventStreamsPerUser` streams of one user, `.unavailable`
    ///   while the server stops, `.unauthenticated` for a ticket that somebody else was faster with; then `onEnd` has been
    ///   called, or is called soon.
    package func eventStream(
        _ mailbox: EventMailbox, onEnd: @escaping @Sendable () -> Void = {}
    ) async throws -> Response {
        let streams = exchange.services.streams
        let id: Int
        do {
            id = try streams.add(mailbox, of: caller?.userID)
        } catch {
            onEnd()
            throw error
        }
        // Whatever becomes of the answer, even if it is never written: the registration goes when its body does.
        let registration = StreamRegistration { [user = caller?.userID] in
            streams.remove(id, of: user)
            onEnd()
        }
        let caller = self.caller
        let authenticator = exchange.services.authenticator
        var response = Response(status: .ok)
        response.headers[.contentType] = "text/event-stream"
        response.headers[.cacheControl] = "no-store"
        response.headers[EventStream.accelBuffering] = "no"
        guard !exchange.isHead else { return response }
        if let ticket { try await exchange.services.authenticator.spend(ticket: ticket) }
        let (channel, connection) = (self.channel, exchange.isStream ? nil : exchange.connection)
        let body = streamBody(length: nil) { writer in
            // A client that is gone is seen at once, not at the next ping. Who listens to events has nothing more to say, so
            // the end of its own direction means the same.
            channel.closeFuture.whenComplete { _ in mailbox.end() }
            connection?.onInputClosed { mailbox.end() }
            defer {
                connection?.onInputClosed(nil)
                registration.end()
            }
            try await EventStream.run(mailbox, &writer) {
                guard let caller else { return true }
                return await authenticator.isAlive(caller)
            }
        }
        return Response(status: .ok, headers: response.headers.without(.contentLength), body: body)
    }
}

/// Ends once, at the latest when nobody holds it any more.
private final class StreamRegistration: Sendable {
    private let once: OnceAction

    init(_ action: @escaping @Sendable () -> Void) {
        once = OnceAction(action)
    }

    func end() { once.run() }

    deinit { once.run() }
}

enum EventStream {
    static let accelBuffering = HTTPField.Name.known("X-Accel-Buffering")
    /// Browsers wait this long before they come back.
    private static let retryMilliseconds = 3_000
    /// Revocation must show within a second, also one by another process: this long until somebody asks, and as long as
    /// the answer may be old already (`Limits.callerBelievedMicroseconds`).
    static let livenessInterval = Duration.milliseconds(400)
    /// One comment in so many looks at the session, every fifteen seconds: proxies cut a stream that is silent for longer.
    private static let pingEvery = 38

    static func run(
        _ mailbox: EventMailbox, _ writer: inout StreamBodyWriter, isAlive: @escaping @Sendable () async -> Bool
    ) async throws {
        try await writer.write(ByteBuffer(string: "retry: \(retryMilliseconds)\n\n"))
        // Cancelled and awaited when this function ends.
        async let _: Void = tick(mailbox, isAlive)
        while true {
            switch await mailbox.next() {
            case .events(let events, let missed):
                var buffer = ByteBuffer()
                for event in events { event.write(to: &buffer) }
                if missed > 0 { buffer.writeString("event: gap\ndata: {\"missed\":\(missed)}\n\n") }
                try await writer.write(buffer)
            case .ping: try await writer.write(ByteBuffer(string: ": ping\n\n"))
            case .ended: return
            }
        }
    }

    /// Asks for a ping now and then, and ends the mailbox with the session.
    private static func tick(_ mailbox: EventMailbox, _ isAlive: @Sendable () async -> Bool) async {
        var ticks = 0
        while (try? await Task.sleep(for: livenessInterval)) != nil {
            guard await isAlive() else { return mailbox.end() }
            ticks += 1
            if ticks % pingEvery == 0 { mailbox.ping() }
        }
    }
}
