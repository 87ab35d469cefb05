import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct ErrorTests {
    private static let statuses: [CatalogError.Code: Int] = [
        .invalidArgument: 400, .unauthenticated: 401, .permissionDenied: 403, .notFound: 404, .alreadyExists: 409,
        .conflict: 409, .gone: 410, .tooLarge: 413, .unsupportedMediaType: 415, .rangeNotSatisfiable: 416,
        .preconditionFailed: 412,
        .rateLimited: 429, .unsupported: 400, .storageUnavailable: 502, .unavailable: 503, .timedOut: 504,
        .insufficientStorage: 507, .cancelled: 500, .dataLoss: 500, .internalError: 500,
    ]

    @Test(arguments: CatalogError.Code.allCases)
    func `every code has its status, its details, and keeps its cause to itself`(_ code: CatalogError.Code) async throws
    {
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/fail/\(code.rawValue)", method: .get)
        }
        #expect(response.status.code == ErrorTests.statuses[code])
        let text = String(buffer: response.body)
        let message = response.status.code == 500 ? "Internal server error" : "What went wrong"
        #expect(text == #"{"error":"\#(message)","job_id":7}"#)
    }

    @Test func `an error that nobody expected tells the client nothing`() async throws {
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/fail/unexpected", method: .get)
        }
        #expect(response.status == .internalServerError)
        #expect(String(buffer: response.body) == #"{"error":"Internal server error"}"#)
    }

    @Test func `subtitles and recommendations have a code, statistics a success of false`() async throws {
        try await ShellFixture.fake().test { client async throws in
            let structured = try await client.execute(uri: "/api/v1/test/structured", method: .get)
            #expect(
                String(buffer: structured.body)
                    == #"{"success":false,"error":"No such subtitle","code":"NOT_FOUND"}"#)
            let stats = try await client.execute(uri: "/api/v1/test/stats", method: .get)
            #expect(String(buffer: stats.body) == #"{"success":false,"error":"No such root"}"#)
        }
    }

    @Test func `a client that prefers problem details gets them with the documented members`() async throws {
        let headers: HTTPFields = [.accept: "application/problem+json, application/json;q=0.5"]
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/fail/notFound", method: .get, headers: headers)
        }
        #expect(response.headers[.contentType] == "application/problem+json")
        let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [String: Any]
        #expect(object?["status"] as? Int == 404)
        #expect(object?["title"] as? String == "Not Found")
        #expect(object?["error"] as? String == "What went wrong")
        #expect(object?["code"] as? String == "NOT_FOUND")
    }

    @Test(arguments: [
        ("application/problem+json", true), ("application/problem+json, */*", true),
        ("application/json, application/problem+json", false), ("*/*", false),
        ("application/json;q=0.5, application/problem+json;q=0.4", false),
        ("application/problem+json;q=0", false), ("application/problem+json;q=0.2, */*;q=0.9", false),
    ])
    func `weights decide between the two forms of an error`(accept: String, isProblem: Bool) async throws {
        let headers: HTTPFields = [.accept: accept]
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/fail/notFound", method: .get, headers: headers)
        }
        #expect((response.headers[.contentType] == "application/problem+json") == isProblem)
        #expect(response.headers[.vary] == "Accept")
    }

    @Test func `a detail of the name of another member gets an underscore`() async throws {
        let name = try #require(HTTPField.Name("X-Request-ID"))
        let headers: HTTPFields = [.accept: "application/problem+json", name: "a b/c"]
        try await ShellFixture.fake().test { client async throws in
            let uri = "/api/v1/test/colliding"
            let problem = try await client.execute(uri: uri, method: .get, headers: headers)
            let text = String(buffer: problem.body)
            #expect(text.contains(#""status":409,"#))
            #expect(text.contains(#""status_":"running""#))
            #expect(text.contains(#""instance":"urn:catalogizer:request:a%20b%2Fc""#))
            let plain = try await client.execute(uri: uri, method: .get)
            #expect(String(buffer: plain.body) == #"{"error":"Busy","status":"running"}"#)
        }
    }

    @Test(arguments: [
        "", "{", "[]", #"{"name":1}"#, #"{"count":1}"#, #"{"name":"a\u0000b"}"#, "nonsense", "{\"name\":\"\u{0}\"}",
        #"{"name":"x","count":"many"}"#, #"{"name":"x",}"#, #"{"name":"x","n":[1,]}"#, #"{"name":"x","n":01}"#,
        #"{"name":"x","n":1.}"#, #"{"name":"x","n":.5}"#, #"{"name":"x","n":+1}"#, #"{"name":"x","n":1e}"#,
        #"{"name":"\x"}"#, #"{"name":"\u12"}"#, "{\"name\":\"a\tb\"}", #"{"name":"x"} x"#, #"{name:"x"}"#,
        #"{'name':'x'}"#, #"{"name":"x","n":nul}"#, #"{"name":"x" "n":1}"#, #"{"name":"x","n":NaN}"#, "\u{FEFF}{}",
    ])
    func `a body that is not the wanted JSON is 400`(_ body: String) async throws {
        let response = try await send(body)
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body).hasPrefix(#"{"error":"Invalid request body""#))
    }

    @Test(arguments: [
        "0", "-0.5e+10", "1E3", "[ ]", "{ }", "null", "true", "false", #""\"\\\/\b\f\n\r\t\u00e9é""#, "[1 , 2]",
    ])
    func `everything that is JSON is read`(value: String) async throws {
        #expect(try await send("\r\n\t { \"name\" : \"x\" , \"other\" : \(value) } ").status == .ok)
    }

    @Test func `the field that is wrong is named`() async throws {
        let response = try await send(#"{"name":"x","count":"many"}"#)
        #expect(String(buffer: response.body) == #"{"error":"Invalid request body","field":"count"}"#)
    }

    @Test func `authentication, download and copy call it a format`() async throws {
        let response = try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/login", method: .post, body: ByteBuffer(string: "{"))
        }
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body) == #"{"error":"Invalid request format"}"#)
    }

    @Test func `unknown keys and a missing content type are fine`() async throws {
        let response = try await send(#"{"name":"x","other":[{}]}"#)
        #expect(String(buffer: response.body) == #"{"name":"x"}"#)
    }

    @Test func `invalid UTF-8, deep nesting, length and type are refused`() async throws {
        try await ShellFixture.fake().test { client async throws in
            let uri = "/api/v1/test/echo"
            var broken = ByteBuffer(string: #"{"name":""#)
            broken.writeBytes([0xFF, 0xFE, 0x22, 0x7D])
            #expect(try await client.execute(uri: uri, method: .post, body: broken).status == .badRequest)
            let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
            let nested = ByteBuffer(string: #"{"name":"x","other":\#(deep)}"#)
            #expect(try await client.execute(uri: uri, method: .post, body: nested).status == .badRequest)
            let long = ByteBuffer(string: #"{"name":"\#(String(repeating: "x", count: 1 << 20))"}"#)
            let tooLong = try await client.execute(uri: uri, method: .post, body: long)
            #expect(tooLong.status == .contentTooLarge)
            #expect(String(buffer: tooLong.body) == #"{"error":"Request body too large"}"#)
            let xml = try await client.execute(
                uri: uri, method: .post, headers: [.contentType: "application/xml"], body: ByteBuffer(string: "<a/>"))
            #expect(xml.status == .unsupportedMediaType)
        }
    }

    private func send(_ body: String) async throws -> TestResponse {
        try await ShellFixture.fake().test {
            try await $0.execute(uri: "/api/v1/test/echo", method: .post, body: ByteBuffer(string: body))
        }
    }
}
