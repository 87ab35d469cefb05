import CatalogCore

/// One endpoint with its handler, ready to answer.
final class Route: Sendable {
    let endpoint: Endpoint
    let respond: EndpointHandler.Respond
    /// The template as text, made once: logs and metrics want it for every request.
    let label: String

    init(_ endpoint: Endpoint, _ handler: EndpointHandler) {
        self.endpoint = endpoint
        respond = handler.respond
        label = endpoint.template.description
    }
}

/// Why a server does not start: the manifest and the code behind it do not fit together.
package struct RouteAssemblyError: Error, CustomStringConvertible {
    /// Everything that is wrong, one sentence each.
    package let problems: [String]

    package var description: String {
        "The endpoints cannot be assembled:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}

/// Finds the route of a request.
///
/// Paths without parameters are found in one look-up; the others in a tree of segments.
struct RouteTable: Sendable {
    /// What stands at one path, by method.
    typealias Site = [String: Route]

    /// The outcome of a look-up.
    enum Match {
        case route(Route, parameters: [Substring])
        /// The path is known, the method is not; the methods that are.
        case otherMethods([String])
        case none
    }

    private var fixed: [String: Site] = [:]
    private var tree = Node()

    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// One element, or none: a node cannot hold itself directly.
        var parameter: [Node] = []
        var site: Site = [:]
        var tail: Site = [:]
    }

    /// Binds handlers to endpoints.
    ///
    /// - Throws: `RouteAssemblyError` that lists every endpoint without a handler or a stated permission, every handler
    ///   without an endpoint, and every two that collide.
    init(_ endpoints: [Endpoint], _ handlers: [EndpointHandler]) throws {
        var problems = RouteTable.duplicates(endpoints.map(\.id), "Two endpoints have the id")
        problems += RouteTable.duplicates(handlers.map(\.endpointID), "Two handlers want the endpoint")
        problems += RouteTable.duplicates(
            endpoints.map { "\($0.method.rawValue) \($0.template.shape)" }, "Two endpoints share")
        let known = Set(endpoints.map(\.id))
        problems += handlers.filter { !known.contains($0.endpointID) }.map {
            "The handler of \($0.endpointID) has no endpoint."
        }
        var byID: [String: EndpointHandler] = [:]
        for handler in handlers { byID[handler.endpointID] = handler }
        for endpoint in endpoints {
            if endpoint.permission == nil { problems.append("The endpoint \(endpoint.id) states no permission.") }
            guard let handler = byID[endpoint.id] else {
                problems.append("The endpoint \(endpoint.id) has no handler.")
                continue
            }
            add(Route(endpoint, handler))
        }
        guard problems.isEmpty else { throw RouteAssemblyError(problems: problems) }
    }

    private static func duplicates(_ values: [String], _ text: String) -> [String] {
        var counts: [String: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return counts.filter { $0.value > 1 }.keys.sorted().map { "\(text) \($0)." }
    }

    private mutating func add(_ route: Route) {
        let segments = route.endpoint.template.segments[...]
        if segments.allSatisfy({ if case .literal = $0 { true } else { false } }) {
            fixed[route.label, default: [:]][route.endpoint.method.rawValue] = route
        } else {
            RouteTable.insert(route, segments, into: &tree)
        }
    }

    private static func insert(_ route: Route, _ segments: ArraySlice<PathTemplate.Segment>, into node: inout Node) {
        switch segments.first {
        case .literal(let text):
            insert(route, segments.dropFirst(), into: &node.literals[text, default: Node()])
        case .parameter:
            if node.parameter.isEmpty { node.parameter.append(Node()) }
            insert(route, segments.dropFirst(), into: &node.parameter[0])
        case .tail: node.tail[route.endpoint.method.rawValue] = route
        case nil: node.site[route.endpoint.method.rawValue] = route
        }
    }

    /// Every route as the method and the path template, for comparison with the manifest.
    var listing: [String] {
        var result = fixed.values.flatMap { $0.values }
        var pending = [tree]
        while let node = pending.popLast() {
            result += node.site.values
            result += node.tail.values
            pending += node.literals.values
            pending += node.parameter
        }
        return result.map { "\($0.endpoint.method.rawValue) \($0.label)" }.sorted()
    }

    /// The route of a method (GET instead of HEAD) and a path, which is still percent-encoded.
    ///
    /// Slashes at the end of the path do not matter.
    func match(_ method: String, _ path: Substring) -> Match {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
            path = Substring(path.utf8.dropLast())
        }
        if RouteTable.mayBeLiteral(path), let site = fixed[String(path)] { return choose(site, method, []) }
        var parameters: [Substring] = []
        guard path.utf8.first == UInt8(ascii: "/"),
            let site = find(tree, Substring(path.utf8.dropFirst()), &parameters)
        else { return .none }
        return choose(site, method, parameters)
    }

    /// Literals are ASCII. Looking another text up would normalise it, in time that grows with the square of its length.
    private static func mayBeLiteral(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { $0 < 0x80 }
    }

    private func choose(_ site: Site, _ method: String, _ parameters: [Substring]) -> Match {
        if let route = site[method] { return .route(route, parameters: parameters) }
        return .otherMethods(site.keys.sorted())
    }

    /// Literals go before parameters, parameters before the rest of a path.
    private func find(_ node: Node, _ rest: Substring, _ parameters: inout [Substring]) -> Site? {
        if rest.isEmpty { return !node.site.isEmpty ? node.site : tail(node, rest, &parameters) }
        let end = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let segment = rest[..<end]
        let following = end == rest.endIndex ? rest[end...] : rest[rest.utf8.index(after: end)...]
        if RouteTable.mayBeLiteral(segment), let next = node.literals[String(segment)],
            let site = find(next, following, &parameters)
        {
            return site
        }
        if let next = node.parameter.first, !segment.isEmpty {
            let depth = parameters.count
            parameters.append(segment)
            if let site = find(next, following, &parameters) { return site }
            parameters.removeSubrange(depth...)
        }
        return tail(node, rest, &parameters)
    }

    private func tail(_ node: Node, _ rest: Substring, _ parameters: inout [Substring]) -> Site? {
        guard !node.tail.isEmpty else { return nil }
        parameters.append(rest)
        return node.tail
    }
}

extension PathTemplate {
    /// The template without the names of its parameters: two that differ only in those collide.
    fileprivate var shape: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .parameter: "/{}"
            case .tail: "/{...}"
            }
        }.joined()
    }
}
