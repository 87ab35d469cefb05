import CatalogCore
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// Everything that happens to every request.
///
/// The order is fixed: route, authenticate, rate limit, authorise, parse, and only then the feature's own code. So a
/// request is counted before it costs much, and only who may ask is told what is wrong with it.
package struct HTTPShell: HTTPResponder {
    /// Shared with the server that listens for this shell.
    package let services: ShellServices
    private let routes: RouteTable
    private let secrets: SecretPlaces

    /// - Throws: `RouteAssemblyError` when endpoints and handlers do not fit together.
    package init(_ services: ShellServices, endpoints: [Endpoint], handlers: [EndpointHandler]) throws {
        self.services = services
        routes = try RouteTable(endpoints, handlers)
        secrets = SecretPlaces(endpoints)
    }

    /// Every route as `GET /api/v1/catalog/{path}`, sorted.
    package var routeListing: [String] { routes.listing }

    /// The same for Hummingbird's own application.
    package func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        await respond(to: request, channel: context.channel, logger: context.logger, connection: nil)
    }

    /// Answers; what goes wrong becomes an answer too.
    func respond(
        to request: Request, channel: any Channel, logger: Logger, connection: Connection?
    ) async -> Response {
        let exchange = Exchange(request.head, channel, connection, services, logger, secrets: secrets)
        var response: Response
        var endpoint: Endpoint?
        switch find(exchange) {
        case .route(let route, let parameters):
            endpoint = route.endpoint
            exchange.routed(route)
            do {
                response = try await answer(request, exchange, route, parameters, channel)
            } catch {
                response = failed(error, request, exchange, route.endpoint)
            }
        case .otherMethods(let methods) where request.method == .options:
            response = Response(status: .noContent, headers: [.allow: HTTPShell.allow(methods)])
            services.crossOrigin.applyPreflight(to: &response.headers, origin: request.headers.value(of: .origin))
        case .otherMethods(let methods):
            response = errorResponse(.methodNotAllowed(allow: HTTPShell.allow(methods)), request, exchange, .plain)
        case .none:
            response = errorResponse(.routeNotFound, request, exchange, .plain)
        }
        await ResponseFinish(services, exchange, endpoint).apply(to: &response, request)
        return response
    }

    private func find(_ exchange: Exchange) -> RouteTable.Match {
        let path = exchange.target.path
        if exchange.method == "OPTIONS", path == "*" { return .otherMethods(Endpoint.Method.allCases.map(\.rawValue)) }
        return routes.match(exchange.isHead ? "GET" : exchange.method, path)
    }

    private static func allow(_ methods: [String]) -> String {
        var all = methods + ["OPTIONS"]
        if methods.contains("GET") { all.append("HEAD") }
        return all.sorted().joined(separator: ", ")
    }

    // MARK: Authenticate, rate limit, authorise, parse

    private func answer(
        _ request: Request, _ exchange: Exchange, _ route: Route, _ parameters: [Substring], _ channel: any Channel
    ) async throws -> Response {
        let endpoint = route.endpoint
        let caller: Caller?
        do {
            caller = try await Authentication.caller(of: request, endpoint, parameters, services.authenticator)
        } catch let error as CatalogError where error.code == .unauthenticated {
            // A refused token counts against the address: who guesses tokens has no account.
            try await RateCheck.charge(exchange, endpoint, caller: nil, isRanged: false)
            throw error
        }
        if let caller { exchange.authenticated(caller) }
        // Ranges have a meaning for GET alone (RFC 9110 section 14.2).
        let isRanged = request.method == .get && ByteRange.isAsked(for: request.headers.value(of: .range))
        try await RateCheck.charge(exchange, endpoint, caller: caller, isRanged: isRanged)
        if case .required(let permission) = endpoint.permission {
            guard let caller, caller.permissions.allows(permission) else {
                throw CatalogError(.permissionDenied, ErrorText.forbidden)
            }
        }
        var context = AppRequestContext(
            exchange: exchange, route: route, caller: caller, path: try decode(parameters, endpoint),
            query: try exchange.target.query.map { try QueryString(parsing: $0) } ?? .empty, channel: channel)
        context.ticket = try Authentication.ticket(of: request, endpoint)
        try checkBody(request, endpoint)
        // Until here everything was at hand, so it ran on the connection's event loop. Only handlers that
        // hardly need time of their own stay there.
        if endpoint.isOnEventLoop { return try await route.respond(request, context) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await route.respond(request, context)
        }
    }

    private func decode(_ parameters: [Substring], _ endpoint: Endpoint) throws -> PathValues {
        guard !parameters.isEmpty else { return PathValues([]) }
        return PathValues(
            try zip(endpoint.template.parameterNames, parameters).map { name, raw in
                guard let bytes = PercentEncoding.decode(raw.utf8), !bytes.contains(0) else {
                    throw CatalogError(.invalidArgument, ErrorText.invalidPath)
                }
                return (name, bytes)
            })
    }

    /// A body that is announced as too long, or that is packed, is refused before it is read.
    private func checkBody(_ request: Request, _ endpoint: Endpoint) throws {
        if let coding = request.headers.value(of: .contentEncoding), coding.lowercased() != "identity" {
            throw CatalogError(.unsupportedMediaType, ErrorText.unsupportedCoding)
        }
        guard let length = request.headers.value(of: .contentLength).flatMap({ Int($0) }) else { return }
        let limit: Int? =
            switch endpoint.requestBody {
            case .none, .json: Limits.jsonBodyBytes
            case .stream(_, let limit): limit
            }
        if let limit, length > limit { throw CatalogError(.tooLarge, ErrorText.bodyTooLarge) }
    }

    // MARK: Errors

    private func failed(_ error: any Error, _ request: Request, _ exchange: Exchange, _ endpoint: Endpoint) -> Response
    {
        var failure = Failure(error)
        if failure.status.code >= 500, !(error is CancellationError) {
            exchange.logger.error(
                "request failed",
                metadata: [
                    "route": "\(endpoint.template)", "status": "\(failure.status.code)", "error": "\(failure.message)",
                    "cause": "\(failure.cause ?? "-")",
                ])
        }
        if failure.status == .unauthorized {
            let reason = request.headers.value(of: .authorization) == nil ? "" : ", error=\"invalid_token\""
            failure.headers[.wwwAuthenticate] = "Bearer realm=\"catalogizer\"" + reason
        } else if failure.status == .forbidden, failure.message == ErrorText.forbidden {
            failure.headers[.wwwAuthenticate] = "Bearer realm=\"catalogizer\", error=\"insufficient_scope\""
        }
        return errorResponse(failure, request, exchange, endpoint.errorShape)
    }

    private func errorResponse(
        _ failure: Failure, _ request: Request, _ exchange: Exchange, _ shape: Endpoint.ErrorShape
    ) -> Response {
        ErrorBody.response(
            failure, shape: shape, accept: request.headers.value(of: .accept), requestID: exchange.requestID)
    }
}
