import CatalogServer
import Testing

/// What HTTP/1 asks of a server, byte by byte.
@Suite struct HTTP1RulesTests {
    private static let open = "GET /test/open HTTP/1.1\r\nHost: x\r\n"

    @Test(arguments: [
        "GET /test/open HTTP/1.0\r\n\r\n", open + "Connection: close\r\n\r\n", open + "Connection: Close, TE\r\n\r\n",
    ])
    func `a client that wants one answer gets it and the end of the connection`(request: String) async throws {
        let answer = try await exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("}"))
    }

    @Test(arguments: [
        ("GET /test/open HTTP/1.1\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        (open + "Host: y\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        ("FOO /test/open HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        ("\u{1}\u{2}\u{3}\r\n\r\n", "400 Bad Request", "Malformed HTTP request"),
        (
            open + "X-Long: " + String(repeating: "x", count: 40_000) + "\r\n\r\n",
            "431 Request Header Fields Too Large", "Request head too large"
        ),
    ])
    func `what is no request is refused in JSON, and the connection ends`(
        request: String, status: String, text: String
    ) async throws {
        let answer = try await exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
        #expect(answer.contains("Content-Type: application/json\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n{\"error\":\"\(text)\"}"))
    }

    @Test func `a client that asks before it sends its body is told to go on`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send(
                "POST /api/v1/test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n")
            let interim = try await connection.receiveAll { $0.hasSuffix("\r\n\r\n") }
            #expect(interim.hasPrefix("HTTP/1.1 100 Continue\r\n"))
            try await connection.send(#"{"text":"over"}"#.prefix(14) + "")
            let answer = try await connection.receiveAll { $0.contains("HTTP/1.1 ") && $0.hasSuffix("}") }
            #expect(answer.hasPrefix("HTTP/1.1 "))
        }
    }

    @Test func `a body that drips is cut, and one that is only late is not`() async throws {
        var settings = HTTPSettings()
        settings.connectionLimits.body = .milliseconds(1_200)
        let fixture = try ShellFixture.fake(FakeFeature(), settings)
        _ = try await fixture.live { port, _ in
            let head = "POST /api/v1/test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
            let dripping = try RawConnection(port: port)
            try await dripping.send(head + "1000\r\n\r\n{")
            #expect(try await dripping.receiveAll() == "")
        }
    }

    /// Everything that the server says to these bytes until it closes the connection.
    private func exchange(_ request: String) async throws -> String {
        let fixture = try ShellFixture.fake()
        return try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send(request)
            return try await connection.receiveAll()
        }.value
    }
}
