import CatalogCore
import HTTPTypes
import NIOHTTP1

/// What the head of an HTTP/1 request says about its connection and its body.
enum HTTP1Head {
    private static let neverInHost = Array("\"#/<>?@\\^`{|}".utf8)

    /// The status of a head that must be refused, or nil.
    static func problem(_ head: HTTPRequestHead) -> HTTPResponse.Status? {
        guard hasOneHost(head) else { return .badRequest }
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        guard !codings.isEmpty else { return nil }
        // Version 1.0 has no chunks, so nobody can say where such a body ends (RFC 9112 section 6.1).
        guard head.version != .http1_0 else { return .badRequest }
        return codings.count == 1 && codings[0].lowercased() == "chunked" ? nil : .notImplemented
    }

    /// Bytes of the body, nil when they are not known before its end.
    static func bodyLength(_ head: HTTPRequestHead) -> Int? {
        if head.headers.contains(name: "transfer-encoding") { return nil }
        return head.headers.first(name: "content-length").map { Int($0) } ?? 0
    }

    /// Whether the client waits for `100 Continue` before it sends its body.
    static func wantsContinue(_ head: HTTPRequestHead) -> Bool {
        guard head.version != .http1_0, head.headers.first(name: "expect")?.lowercased() == "100-continue" else {
            return false
        }
        // A body that will be refused for its length need not be sent at all.
        return bodyLength(head).map { $0 <= Limits.jsonBodyBytes } ?? true
    }

    /// What follows knows one form only of the wish to end the connection.
    static func withPlainConnectionField(_ head: HTTPRequestHead) -> HTTPRequestHead {
        guard !head.isKeepAlive else { return head }
        var head = head
        head.headers.replaceOrAdd(name: "connection", value: "close")
        return head
    }

    private static func hasOneHost(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers[canonicalForm: "host"]
        guard let host = hosts.first else { return head.version == .http1_0 }
        // Everything that a name, an address or a port can be written with (RFC 3986 section 3.2).
        return hosts.count == 1
            && host.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && !neverInHost.contains(byte)
            }
    }
}
