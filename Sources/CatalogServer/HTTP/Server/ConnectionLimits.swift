import CatalogCore

/// How patient the server is with a connection; tests are less patient.
package struct ConnectionLimits: Sendable {
    /// For the head of a request, from its first byte.
    package var head: Duration = .seconds(Limits.requestHeadSeconds)
    /// For the body of a request, until it is held to `Limits.requestBodyBytesPerSecond`.
    package var body: Duration = .seconds(Limits.requestBodySeconds)
    /// Without a request.
    package var idle: Duration = .seconds(Limits.idleConnectionSeconds)
    /// Without the client taking one byte of an answer.
    package var writeStall: Duration = .seconds(Limits.writeStallSeconds)
    /// From the wish to stop until every connection is cut.
    package var shutdown: Duration = .seconds(Limits.shutdownSeconds)
    /// Connections at once; more wait in the listener's queue.
    package var connections = Limits.connections

    /// The limits of `Limits`.
    package init() {}

    /// How often a connection is looked at: often enough for its shortest limit.
    var interval: Duration { max(.milliseconds(20), min(head, body, idle, writeStall) / 8) }
}
