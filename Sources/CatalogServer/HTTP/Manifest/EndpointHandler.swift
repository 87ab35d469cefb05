package import Hummingbird

/// The code behind one endpoint.
///
/// A feature lists its own as `var handlers: [EndpointHandler]` of its `…Routes`.
package struct EndpointHandler: Sendable {
    /// Answers a request that has been routed, authenticated, counted and authorised.
    package typealias Respond = @Sendable (Request, AppRequestContext) async throws -> Response

    /// `Endpoint.id`.
    package let endpointID: String
    package let respond: Respond

    package init(_ endpointID: String, _ respond: @escaping Respond) {
        self.endpointID = endpointID
        self.respond = respond
    }
}
