import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct RoutingTests {
    private func get(
        _ uri: String, _ method: HTTPRequest.Method = .get, _ headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await ShellFixture.fake().test { try await $0.execute(uri: uri, method: method, headers: headers) }
    }

    @Test func `a path that no endpoint has is 404 before anything else`() async throws {
        let response = try await get("/api/v1/nothing", .get, .token("expired"))
        #expect(response.status == .notFound)
        #expect(String(buffer: response.body) == #"{"error":"Not found"}"#)
        #expect(response.headers[.contentType] == "application/json")
    }

    @Test func `a method that the path has not is 405 and says which it has`() async throws {
        let response = try await get("/api/v1/test/items/1", .put)
        #expect(response.status == .methodNotAllowed)
        #expect(response.headers[.allow] == "DELETE, GET, HEAD, OPTIONS")
        #expect(String(buffer: response.body) == #"{"error":"Method not allowed"}"#)
    }

    @Test func `HEAD answers like GET without a body`() async throws {
        let get = try await get("/api/v1/test/big")
        let head = try await self.get("/api/v1/test/big", .head)
        #expect(head.status == .ok)
        #expect(head.body.readableBytes == 0)
        #expect(head.headers[.contentLength] == String(get.body.readableBytes))
        let volatile: Set<String> = ["x-request-id"]
        let names = { (fields: HTTPFields) in Set(fields.map { $0.name.canonicalName }).subtracting(volatile) }
        #expect(names(head.headers) == names(get.headers))
    }

    @Test func `OPTIONS needs no token`() async throws {
        let response = try await get("/api/v1/test/items/1", .options)
        #expect(response.status == .noContent)
        #expect(response.headers[.allow] == "DELETE, GET, HEAD, OPTIONS")
    }

    @Test(arguments: [
        ("/api/v1/test/tail/a/b", "61 2f 62"), ("/api/v1/test/tail/%FE", "fe"), ("/api/v1/test/tail/a%2fb", "61 2f 62"),
        ("/api/v1/test/tail/%252e", "25 32 65"), ("/api/v1/test/tail", ""), ("/api/v1/test/tail/", ""),
        ("/api/v1/test/tail/a+b", "61 2b 62"),
    ])
    func `the rest of a path is decoded once and stays bytes`(_ uri: String, _ bytes: String) async throws {
        let response = try await get(uri)
        #expect(String(buffer: response.body) == #"{"message":"\#(bytes)|-"}"#)
    }

    @Test(arguments: [
        "/api/v1/test/tail/%", "/api/v1/test/tail/%4", "/api/v1/test/tail/%zz", "/api/v1/test/tail/a%00b",
    ])
    func `a malformed escape or a NUL in a path is 400`(_ uri: String) async throws {
        let response = try await get(uri)
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body) == #"{"error":"Invalid path"}"#)
    }

    @Test func `a query string is decoded, plus means space, raw bytes stay what they are`() async throws {
        let plain = try await get("/api/v1/test/tail?q=a+b%26c")
        #expect(String(buffer: plain.body) == #"{"message":"|a b&c"}"#)
        let raw = try await get("/api/v1/test/tail?q=%FE")
        #expect(String(buffer: raw.body) == #"{"message":"|‛FE"}"#)
        let broken = try await get("/api/v1/test/tail?q=%F")
        #expect(broken.status == .badRequest)
        #expect(String(buffer: broken.body) == #"{"error":"Invalid query string"}"#)
    }

    @Test(arguments: ["0", "-1", "abc", "99999999999999999999", "1.5", "%201"])
    func `an id that is no whole number from 1 is 400`(_ id: String) async throws {
        let response = try await get("/api/v1/test/items/\(id)", .get, .token("viewer"))
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body) == #"{"error":"Invalid item ID"}"#)
    }

    @Test func `slashes at the end of a path do not matter`() async throws {
        #expect(try await get("/test/open/").status == .ok)
        #expect(try await get("/api/v1/test/items/5//", .get, .token("viewer")).status == .ok)
    }

    @Test(arguments: ["*test/open", "xtest/open", "/\u{301}test/open"])
    func `a path begins with a slash`(path: String) async throws {
        #expect(try await get(path).status == .notFound)
    }

    @Test func `the absolute form of a request target is understood`() async throws {
        #expect(try await get("http://example.org/test/open").status == .ok)
    }

    @Test func `a server whose endpoints and handlers do not fit does not start, and says all that is wrong`() throws {
        let good = Endpoint(.get, "/a/{x}", id: "good", "Good", tag: .health).open(because: "Test")
        let twin = Endpoint(.get, "/a/{y}", id: "twin", "Twin", tag: .health).open(because: "Test")
        let silent = Endpoint(.get, "/b", id: "silent", "No permission", tag: .health)
        let handlers = ["good", "silent", "stray"].map { EndpointHandler($0) { _, _ in .noContent } }
        let error = #expect(throws: RouteAssemblyError.self) {
            try ShellFixture(endpoints: [good, twin, silent], handlers: handlers)
        }
        #expect(
            error?.problems == [
                "Two endpoints share GET /a/{}.", "The handler of stray has no endpoint.",
                "The endpoint twin has no handler.", "The endpoint silent states no permission.",
            ])
    }
}
