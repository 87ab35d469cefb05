import CatalogCore
import CatalogStorage
import CurlClient
import Synchronization

/// A collection of a WebDAV server, and how to reach it.
final class WebDAVTarget: Sendable {
    let server: CurlServer
    /// Bytes of the path without a slash at its end; empty for the server's root.
    let path: [UInt8]
    /// Questions at the same time.
    let connections: ConnectionLimit
    private let scheme: String
    /// How the server wants to know who we are, once that is known.
    private let authentication = Mutex<CurlConnection.Authentication?>(nil)

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    init(_ location: StorageLocation) throws {
        scheme = location.url.scheme.rawValue
        let isSafe = location.url.scheme == .https
        server = try CurlServer(location, tls: isSafe ? .implicit : .none) { _ in isSafe ? 443 : 80 }
        guard location.options.values["tls"] == nil else {
            throw CatalogError(.invalidArgument, "Invalid tls: with WebDAV the URL says it, by http or https")
        }
        path = location.url.path == [UInt8(ascii: "/")] ? [] : location.url.path
        connections = try location.options.connections(usual: WebDAVBackend.usualConnections)
    }

    /// Bytes of the whole path on the server of something below the root, as it is: not escaped.
    ///
    /// - Throws: `CatalogError.notFound` for a name that could lead out of the root.
    func place(_ below: some Collection<UInt8>) throws -> [UInt8] {
        let place = below.isEmpty ? path : path + [UInt8(ascii: "/")] + below
        guard !StoragePath.climbsByBackslash(place) else {
            throw CatalogError(.notFound, "Path not found", cause: "it has .. behind a backslash")
        }
        return place
    }

    /// The same as a URL.
    func url(_ place: [UInt8], isDirectory: Bool = false) -> [UInt8] {
        let end = isDirectory || place.isEmpty ? [UInt8(ascii: "/")] : []
        return Array("\(scheme)://\(authority)".utf8) + CurlRequest.escaped(place) + end
    }

    /// Host and port, as URLs have them.
    var authority: String {
        let isUsual = server.port == (scheme == "https" ? 443 : 80)
        return isUsual ? server.shownHost : "\(server.shownHost):\(server.port)"
    }

    /// A connection that proves who we are in the way that the server wants.
    func connection() throws -> CurlConnection {
        let connection = try CurlConnection(server)
        if let known = authentication.withLock({ $0 }) { connection.useAuthentication(known) }
        return connection
    }

    /// Whether a way is remembered: it is forgotten, as the server may have another one now.
    func forgetAuthentication() -> Bool {
        authentication.withLock { known in
            defer { known = nil }
            return known != nil
        }
    }

    /// Remembers the way, which spares each request the question.
    func learn(from connection: CurlConnection) {
        guard server.credentials != nil, let offered = connection.offeredAuthentication else { return }
        authentication.withLock { $0 = offered }
        connection.useAuthentication(offered)
    }
}
