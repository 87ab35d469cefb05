import CatalogServer
import Foundation
import Logging
import Testing

/// What HTTP/1 asks of a server, byte by byte.
@Suite struct HTTP1RulesTests {
    private static let open = "GET /test/open HTTP/1.1\r\nHost: x\r\n"
    private static let echo = "POST /api/v1/test/echo HTTP/1.1\r\nHost: x\r\n"

    @Test(arguments: [
        "GET /test/open HTTP/1.0\r\n\r\n", open + "Connection: close\r\n\r\n", open + "Connection: Close, TE\r\n\r\n",
    ])
    func `a client that wants one answer gets it and the end of the connection`(request: String) async throws {
        let answer = try await exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("}"))
    }

    @Test(arguments: [
        ("GET /test/open HTTP/1.1\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        (open + "Host: y\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        ("GET /test/open HTTP/1.1\r\nHost: a b\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        ("FOO /test/open HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        ("\u{1}\u{2}\u{3}\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        (
            echo + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "501 Not Implemented",
            "Transfer-Encoding is not supported"
        ),
        (
            open + "X-Long: " + String(repeating: "x", count: 40_000) + "\r\n\r\n",
            "431 Request Header Fields Too Large", "Request head too large"
        ),
    ])
    func `what is no request is refused in JSON, with the fields of every answer, and the connection ends`(
        request: String, status: String, text: String
    ) async throws {
        let answer = try await exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
        for field in [
            "Content-Type: application/json", "Connection: close", "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store", "Date: Mon, 15 Jan 2024 10:30:00 GMT",
        ] {
            #expect(answer.contains("\r\n\(field)\r\n"))
        }
        #expect(answer.contains("\r\nX-Request-ID: "))
        #expect(answer.hasSuffix("\r\n\r\n{\"error\":\"\(text)\"}"))
    }

    @Test func `a refused request leaves a line in the access log`() async throws {
        let lines = LogLines()
        let fixture = try ShellFixture.fake(logger: lines.logger)
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send("nonsense\r\n\r\n")
            let answer = try await connection.receiveAll()
            let line = try #require(lines.requests.first)
            #expect(line.metadata["status"] == "400")
            #expect(line.metadata["client"] == "127.0.0.1")
            #expect(answer.contains("X-Request-ID: \(line.metadata["request_id"] ?? "-")\r\n"))
        }
    }

    @Test(arguments: [
        "Content-Length: 62\r\n\r\n{\"name\":\"x\"}", "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"x\"}\r\n",
        "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"x\"}\r\nZZ\r\n",
        "Transfer-Encoding: chunked\r\n\r\nZZ\r\n", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}",
    ])
    func `a body that is cut short or malformed is 400, and no handler takes it for a whole one`(
        rest: String
    ) async throws {
        let feature = FakeFeature()
        let answer = try await exchange(Self.echo + rest, feature)
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix(#"{"error":"Malformed HTTP request"}"#))
        #expect(feature.echoes.count == 0)
    }

    @Test func `a transfer coding that nobody knows is refused`() async throws {
        let answer = try await exchange(Self.echo + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 501 ") || answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }

    @Test func `a body that drips is 408, and no handler takes it for a whole one`() async throws {
        var settings = HTTPSettings()
        settings.connectionLimits.body = .milliseconds(300)
        let feature = FakeFeature()
        let answer = try await exchange(
            Self.echo + "Content-Length: 1000\r\n\r\n{\"name\":\"x\"}", feature, settings, endsInput: false)
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.hasSuffix(#"{"error":"Request body too slow"}"#))
        #expect(feature.echoes.count == 0)
    }

    @Test func `a client that breaks off in mid-body is its own fault`() async throws {
        let lines = LogLines()
        let fixture = try ShellFixture.fake(logger: lines.logger)
        _ = try await fixture.live { port, _ in
            for isReset in [false, true] {
                let connection = try RawConnection(port: port)
                // Of a connection that is reset before it was accepted nobody knows where it came from.
                try await connection.send(Self.open + "\r\n")
                _ = try await connection.receiveAll { $0.hasSuffix("}") }
                try await connection.send(Self.echo + "Content-Length: 1000\r\n\r\n{")
                connection.close(isReset: isReset)
            }
            while lines.requests.count < 4 { try await Task.sleep(for: .milliseconds(20)) }
        }
        let cut = lines.requests.filter { $0.metadata["method"] == "POST" }
        #expect(
            cut.allSatisfy { $0.metadata["status"] == "400" && $0.metadata["client"] == "127.0.0.1" }, "\(cut)")
        #expect(!lines.all.contains { $0.level >= .warning })
    }

    @Test(arguments: [
        (echo + "Content-Length: 12\r\n\r\n{\"name\":\"x\"}xx", #"{"name":"x"}"#),
        (open + "\r\nGARBAGE\r\n\r\n", #"{"message":"open"}"#),
    ])
    func `a request before garbage is answered, then the garbage is`(bytes: String, first: String) async throws {
        let answer = try await exchange(bytes)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        let second = try #require(answer.range(of: first + "HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer[second.upperBound...].hasSuffix(#"{"error":"Malformed HTTP request"}"#))
    }

    @Test func `what follows the last request of a client is not looked at`() async throws {
        let answer = try await exchange(Self.open + "Connection: close\r\n\r\nGARBAGE\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix(#"{"message":"open"}"#))
    }

    @Test func `a client that asks before it sends its body is told to go on`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send(Self.echo + "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n")
            let interim = try await connection.receiveAll { $0.hasSuffix("\r\n\r\n") }
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send(#"{"name":"x"}"#)
            let answer = try await connection.receiveAll { $0.hasSuffix("}") }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `it is told so after the answer before, not inside it`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port, receiveBuffer: 4_096)
            try await connection.send("GET /api/v1/test/stream/40 HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await connection.receive()
            try await connection.send(Self.echo + "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n")
            let all = try await connection.receiveAll { $0.hasSuffix("100 Continue\r\n\r\n") }
            #expect(all.hasSuffix("\r\n0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"))
            try await connection.send(#"{"name":"x"}"#)
            #expect(try await connection.receiveAll { $0.hasSuffix("}") }.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `HTTP 1.0 gets bodies without a length to the end of the connection, not in chunks`() async throws {
        let answer = try await exchange("GET /api/v1/test/stream/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
        #expect(!answer.lowercased().contains("transfer-encoding"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + String(repeating: "x", count: 2 << 16)))
    }

    @Test func `the answer to HEAD has no body, and no length where nobody knows it`() async throws {
        let answer = try await exchange(
            "HEAD /api/v1/test/stream/2 HTTP/1.1\r\nHost: x\r\n\r\n" + Self.open + "Connection: close\r\n\r\n")
        let parts = answer.components(separatedBy: "\r\n\r\n")
        #expect(parts.count == 3)
        #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\n") && !parts[0].lowercased().contains("content-length"))
        #expect(parts[1].hasPrefix("HTTP/1.1 "))
    }

    @Test func `HTTP 1.0 keeps its connection when it asks to and the answer has a length`() async throws {
        let request = "GET /test/open HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        let answer = try await exchange(request + request)
        #expect(answer.components(separatedBy: "\r\nConnection: keep-alive\r\n").count == 3)
    }

    @Test func `the rest of a large body that nobody wants is not read, and the answer arrives`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            for framing in ["Content-Length: 100000000", "Transfer-Encoding: chunked"] {
                let connection = try RawConnection(port: port)
                try await connection.send("POST /nothing HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n")
                let answer = try await connection.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
                #expect(answer.contains("\r\nConnection: close\r\n"))
                #expect(answer.hasSuffix(#"{"error":"Not found"}"#))
            }
        }
    }

    @Test func `the rest of a small one is read, and the connection goes on`() async throws {
        let body = String(repeating: "x", count: 1_000)
        let answer = try await exchange(
            "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + body + Self.open + "\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(answer.hasSuffix(#"{"message":"open"}"#))
    }

    /// Everything that the server says to these bytes, which are all that the client has to say unless `endsInput` is
    /// false, until it closes the connection.
    private func exchange(
        _ request: String, _ feature: FakeFeature = FakeFeature(), _ settings: HTTPSettings = HTTPSettings(),
        endsInput: Bool = true
    ) async throws -> String {
        let fixture = try ShellFixture.fake(feature, settings)
        return try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send(request)
            if endsInput { connection.endInput() }
            return try await connection.receiveAll()
        }.value
    }
}
