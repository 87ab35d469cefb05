import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct HeaderTests {
    private func get(
        _ uri: String = "/test/open", _ headers: HTTPFields = [:], _ settings: HTTPSettings = HTTPSettings(),
        method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        try await ShellFixture.fake(FakeFeature(), settings).test {
            try await $0.execute(uri: uri, method: method, headers: headers)
        }
    }

    @Test func `a request id comes back when it is printable, else a new one is made`() async throws {
        let name = try #require(HTTPField.Name("X-Request-ID"))
        #expect(try await get("/test/open", [name: "client-7"]).headers[name] == "client-7")
        let long = String(repeating: "x", count: 129)
        let made = try #require(try await get("/test/open", [name: long]).headers[name])
        #expect(made.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        #expect(try await get("/nothing").headers[name] != nil)
    }

    @Test func `every answer carries the security fields`() async throws {
        for uri in ["/test/open", "/nothing", "/api/v1/test/items/1"] {
            let headers = try await get(uri).headers
            #expect(headers[.xContentTypeOptions] == "nosniff")
            #expect(headers[text: "X-Frame-Options"] == "DENY")
            #expect(headers[text: "Referrer-Policy"] == "no-referrer")
            #expect(headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
            #expect(headers[.strictTransportSecurity] == nil)
            #expect(headers[.date] == "Mon, 15 Jan 2024 10:30:00 GMT")
        }
    }

    @Test func `pages of allowed origins only may read answers`() async throws {
        var settings = HTTPSettings()
        settings.corsAllowedOrigins = ["https://tv.example"]
        let allowed = try await get("/test/open", [.origin: "https://tv.example"], settings).headers
        #expect(allowed[.accessControlAllowOrigin] == "https://tv.example")
        #expect(allowed[.accessControlAllowCredentials] == "true")
        #expect(allowed[.accessControlExposeHeaders]?.contains("X-Request-ID") == true)
        #expect(allowed[.vary] == "Origin")
        let other = try await get("/test/open", [.origin: "https://evil.example"], settings).headers
        #expect(other[.accessControlAllowOrigin] == nil)
        #expect(other[.vary] == "Origin")
        #expect(try await get("/test/open", [.origin: "https://tv.example"]).headers[.accessControlAllowOrigin] == nil)
    }

    @Test func `a preflight is answered without a token`() async throws {
        var settings = HTTPSettings()
        settings.corsAllowedOrigins = ["https://tv.example"]
        let method = try #require(HTTPField.Name("Access-Control-Request-Method"))
        let headers: HTTPFields = [.origin: "https://tv.example", method: "DELETE"]
        let response = try await get("/api/v1/test/items/1", headers, settings, method: .options)
        #expect(response.status == .noContent)
        #expect(response.headers[.accessControlAllowMethods]?.contains("DELETE") == true)
        #expect(response.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
    }

    @Test(arguments: [
        ("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("identity, gzip;q=0.2", false), ("*", true),
        ("", false),
    ])
    func `text over one KiB is compressed for those who take it`(_ accept: String, _ isPacked: Bool) async throws {
        let headers: HTTPFields = accept.isEmpty ? [:] : [.acceptEncoding: accept]
        let response = try await get("/api/v1/test/big", headers)
        #expect((response.headers[.contentEncoding] == "gzip") == isPacked)
        #expect(response.headers[.vary] == "Accept-Encoding")
        #expect(response.headers[.contentLength] == String(response.body.readableBytes))
        #expect(Array(response.body.readableBytesView.prefix(2)) == (isPacked ? [0x1F, 0x8B] : Array(#"{""#.utf8)))
    }

    @Test func `short answers and streams are not compressed`() async throws {
        #expect(try await get("/test/open", [.acceptEncoding: "gzip"]).headers[.contentEncoding] == nil)
        let stream = try await get("/api/v1/test/stream/2", [.acceptEncoding: "gzip"])
        #expect(stream.headers[.contentEncoding] == nil)
        #expect(stream.body.readableBytes == 2 << 16)
    }

    @Test func `only trusted proxies are believed, from the right`() throws {
        let trust = try ProxyTrust(["10.0.0.0/8", "::1"])
        let address = { (text: String) in try #require(ClientAddress(parsing: text)) }
        let proxy = try address("10.1.2.3")
        let find = { trust.clientAddress(peer: proxy, forwardedFor: $0).description }
        #expect(find("203.0.113.9") == "203.0.113.9")
        #expect(find("1.2.3.4, 203.0.113.9, 10.9.9.9") == "203.0.113.9")
        #expect(find("nonsense, 10.9.9.9") == "10.9.9.9")
        #expect(find("[2001:db8::1]:443") == "2001:db8::1")
        let stranger = try address("192.0.2.1")
        #expect(trust.clientAddress(peer: stranger, forwardedFor: "203.0.113.9").description == "192.0.2.1")
        #expect(throws: ProxyTrust.InvalidProxy.self) { try ProxyTrust(["proxy.example"]) }
    }

    @Test func `one host with many IPv6 addresses has one allowance`() throws {
        let first = try #require(ClientAddress(parsing: "2001:db8:1:2:3:4:5:6"))
        let second = try #require(ClientAddress(parsing: "2001:db8:1:2:ffff::1"))
        #expect(first.rateKey == second.rateKey)
        let mapped = try #require(ClientAddress(parsing: "::ffff:192.0.2.1"))
        #expect(mapped.rateKey == "192.0.2.1")
    }
}
