import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct AccessTests {
    private let item = "/api/v1/test/items/1"

    @Test(arguments: [
        ("", "Authentication required"), ("expired", "Token has expired"), ("revoked", "Token has been revoked"),
        ("nonsense", "Invalid token"),
    ])
    func `a request without a live token is 401 with the text that fits`(_ token: String, _ text: String) async throws {
        let headers: HTTPFields = token.isEmpty ? [:] : .token(token)
        let response = try await ShellFixture.fake().test { [item] in
            try await $0.execute(uri: item, method: .get, headers: headers)
        }
        #expect(response.status == .unauthorized)
        #expect(String(buffer: response.body) == #"{"error":"\#(text)"}"#)
        let expected = token.isEmpty ? "" : #", error="invalid_token""#
        #expect(response.headers[.wwwAuthenticate] == #"Bearer realm="catalogizer""# + expected)
    }

    @Test func `a role without the permission is 403, before the request is parsed`() async throws {
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/items/nonsense", method: .get, headers: .token("nobody"))
        }
        #expect(response.status == .forbidden)
        #expect(String(buffer: response.body) == #"{"error":"Insufficient permissions"}"#)
    }

    @Test func `a ticket works once`() async throws {
        let feature = FakeFeature()
        feature.mailbox.end()
        try await ShellFixture.fake(feature).test { client async throws in
            let uri = "/api/v1/test/events?ticket=ticket"
            #expect(try await client.execute(uri: uri, method: .get).status == .ok)
            #expect(try await client.execute(uri: uri, method: .get).status == .unauthorized)
        }
    }

    @Test func `a signed link is its own authentication`() async throws {
        try await ShellFixture.fake().test { client async throws in
            #expect(try await client.execute(uri: "/api/v1/test/link/link", method: .get).status == .noContent)
            #expect(try await client.execute(uri: "/api/v1/test/link/other", method: .get).status == .unauthorized)
        }
    }

    @Test func `the strict class allows five requests a minute for each endpoint`() async throws {
        let fixture = try ShellFixture.fake()
        try await fixture.test { client async throws in
            let register = "/api/v1/test/register"
            for remaining in [4, 3, 2, 1, 0] {
                let response = try await client.execute(uri: register, method: .post)
                #expect(response.status == .noContent)
                #expect(response.headers[text: "X-RateLimit-Remaining"] == "\(remaining)")
            }
            let refused = try await client.execute(uri: register, method: .post)
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] == "60")
            #expect(refused.headers[text: "RateLimit-Policy"] == #""auth";q=5;w=60"#)
            #expect(refused.headers[text: "RateLimit"] == #""auth";r=0;t=60"#)
            #expect(
                String(buffer: refused.body)
                    == #"{"error":"Rate limit exceeded. Please try again later.","retry_after":60}"#)
            let login = try await client.execute(
                uri: "/api/v1/test/login", method: .post, body: ByteBuffer(string: #"{"name":"x"}"#))
            #expect(login.status == .ok)
            fixture.time.advance(by: .seconds(60))
            #expect(try await client.execute(uri: register, method: .post).status == .noContent)
        }
    }

    @Test func `the window slides`() async throws {
        let fixture = try ShellFixture.fake()
        try await fixture.test { client async throws in
            let send = { try await client.execute(uri: "/api/v1/test/register", method: .post).status }
            for _ in 0..<3 { #expect(try await send() == .noContent) }
            fixture.time.advance(by: .seconds(40))
            for _ in 0..<2 { #expect(try await send() == .noContent) }
            fixture.time.advance(by: .seconds(20))
            for _ in 0..<3 { #expect(try await send() == .noContent) }
            #expect(try await send() == .tooManyRequests)
        }
    }

    @Test(arguments: [["127.0.0.1"], []])
    func `nobody gets another allowance by the address that it claims to have`(proxies: [String]) async throws {
        var settings = HTTPSettings()
        settings.trustedProxies = proxies
        _ = try await ShellFixture.fake(FakeFeature(), settings).live { port, _ in
            for number in 1...8 {
                let connection = try RawConnection(port: port)
                // The proxy adds the last address, what stands before it comes from the client.
                try await connection.send(
                    "POST /api/v1/test/register HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "X-Forwarded-For: 198.51.100.\(number), 203.0.113.9\r\nContent-Length: 0\r\n\r\n")
                let answer = try await connection.receiveAll()
                #expect(answer.hasPrefix(number <= 5 ? "HTTP/1.1 204 " : "HTTP/1.1 429 "))
            }
        }
    }

    @Test func `an account has its own allowance, whatever the address`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 2, apiPerMinute: 0)
        settings.trustedProxies = ["192.0.2.1"]
        let feature = FakeFeature()
        let fixture = try ShellFixture.fake(feature, settings)
        try await fixture.test { client async throws in
            let body = ByteBuffer(string: #"{"name":"root"}"#)
            let login = { try await client.execute(uri: "/api/v1/test/login", method: .post, body: body) }
            #expect(try await login().status == .ok)
            #expect(try await login().status == .ok)
            #expect(try await login().status == .tooManyRequests)
        }
    }

    @Test func `a refused token counts against the address`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 5, apiPerMinute: 2)
        try await ShellFixture.fake(FakeFeature(), settings).test { [item] client async throws in
            let send = { (token: String) in
                try await client.execute(uri: item, method: .get, headers: .token(token)).status
            }
            #expect(try await send("bad") == .unauthorized)
            #expect(try await send("bad") == .unauthorized)
            #expect(try await send("bad") == .tooManyRequests)
            #expect(try await send("viewer") == .ok)
        }
    }

    @Test func `a link has an allowance of its own beside its owner's`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 5, apiPerMinute: 2)
        try await ShellFixture.fake(FakeFeature(), settings).test { [item] client async throws in
            let link = { try await client.execute(uri: "/api/v1/test/link/link", method: .get).status }
            #expect(try await link() == .noContent)
            #expect(try await link() == .noContent)
            #expect(try await link() == .tooManyRequests)
            #expect(try await client.execute(uri: item, method: .get, headers: .token("viewer")).status == .ok)
        }
    }

    @Test func `zero turns a limit off`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 0, apiPerMinute: 0)
        try await ShellFixture.fake(FakeFeature(), settings).test { client async throws in
            for _ in 0..<20 {
                let response = try await client.execute(uri: "/api/v1/test/register", method: .post)
                #expect(response.status == .noContent)
                #expect(response.headers[text: "RateLimit"] == nil)
            }
        }
    }

    @Test(arguments: [
        "x", "", "bytes=", "bytes=-", "bytes=-0", "bytes=5-4", "bytes=0-1,3-4", "items=0-1", "bytes=x-",
        "bytes=9223372036854775807-",
    ])
    func `what is no single range that can be had counts like any request`(range: String) async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 5, apiPerMinute: 2)
        try await ShellFixture.fake(FakeFeature(), settings).test { client async throws in
            var headers = HTTPFields.token("viewer")
            headers[.range] = range
            let send = { (method: HTTPRequest.Method) in
                try await client.execute(uri: "/api/v1/test/file/1", method: method, headers: headers).status
            }
            #expect(try await send(.get) == .ok)
            #expect(try await send(.head) == .ok)
            #expect(try await send(.get) == .tooManyRequests)
        }
    }

    @Test func `a range in a question about the head alone is none`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 5, apiPerMinute: 1)
        try await ShellFixture.fake(FakeFeature(), settings).test { client async throws in
            var headers = HTTPFields.token("viewer")
            headers[.range] = "bytes=0-10"
            let uri = "/api/v1/test/file/1"
            #expect(try await client.execute(uri: uri, method: .head, headers: headers).status == .ok)
            #expect(try await client.execute(uri: uri, method: .head, headers: headers).status == .tooManyRequests)
        }
    }

    @Test func `ranged reads of one file count once a minute`() async throws {
        var settings = HTTPSettings()
        settings.rateRules = RateRules(authPerMinute: 5, apiPerMinute: 2)
        try await ShellFixture.fake(FakeFeature(), settings).test { client async throws in
            var headers = HTTPFields.token("viewer")
            headers[.range] = "bytes=0-10"
            for _ in 0..<10 {
                let response = try await client.execute(uri: "/api/v1/test/file/1", method: .get, headers: headers)
                #expect(response.status == .ok)
                #expect(response.headers[text: "X-RateLimit-Remaining"] == "1")
            }
            #expect(
                try await client.execute(uri: "/api/v1/test/file/2", method: .get, headers: headers).status == .ok)
            #expect(
                try await client.execute(uri: "/api/v1/test/file/3", method: .get, headers: headers).status
                    == .tooManyRequests)
        }
    }
}
