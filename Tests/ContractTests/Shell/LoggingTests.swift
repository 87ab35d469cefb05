import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@Suite struct LoggingTests {
    @Test func `a request leaves one line, without secrets`() async throws {
        let lines = LogLines()
        let fixture = try ShellFixture(
            endpoints: FakeFeature.endpoints, handlers: FakeFeature().handlers,
            logger: lines.logger)
        try await fixture.test { client async throws in
            let uri = "/api/v1/test/items/1?password=hunter2&q=1&passw%6Frd=hunter2&ticket=hunter2"
            _ = try await client.execute(uri: uri, method: .get, headers: .token("viewer"))
            _ = try await client.execute(uri: "/api/v1/test/link/hunter2", method: .get)
            _ = try await client.execute(uri: "/api/v1/test/fail/dataLoss", method: .get)
        }
        let all = lines.requests
        #expect(all.count == 3)
        #expect(
            all[0].metadata["path"] == "/api/v1/test/items/1?password=***&q=1&passw%6Frd=***&ticket=***")
        #expect(all[0].metadata["route"] == "/api/v1/test/items/{id}")
        #expect(all[0].metadata["user_id"] == "2")
        #expect(all[0].metadata["status"] == "200")
        #expect(all[1].metadata["path"] == "/api/v1/test/link/{token}")
        #expect(!lines.all.contains { "\($0)".contains("hunter2") })
        let failure = try #require(lines.all.first { $0.level == .error })
        #expect(failure.metadata["cause"] == "SELECT secret")
        #expect(failure.metadata["request_id"] == all[2].metadata["request_id"])
    }

    @Test func `an answer that breaks off is an error in the log and in the metrics`() async throws {
        let lines = LogLines()
        let fixture = try ShellFixture(
            endpoints: FakeFeature.endpoints, handlers: FakeFeature().handlers,
            logger: lines.logger)
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send("GET /api/v1/test/broken/dataLoss HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.receiveAll().hasSuffix("half"))
            let whole = try RawConnection(port: port)
            try await whole.send("GET /api/v1/test/stream/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = try await whole.receiveAll()
        }
        let error = try #require(lines.all.first { $0.level == .error })
        #expect(error.metadata["cause"] == "the disk is gone")
        let requests = lines.all.filter { $0.message == "request" }
        #expect(requests.map { $0.metadata["complete"] } == ["false", nil])
        #expect(requests.map { $0.metadata["status"] } == ["200", "200"])
        #expect(error.metadata["request_id"] == requests.first?.metadata["request_id"])
        #expect(fixture.metrics.text().contains("catalogizer_http_broken_streams_total 1\n"))
    }

    @Test func `a client that goes away is no error, but its answer is not complete`() async throws {
        let lines = LogLines()
        let fixture = try ShellFixture(
            endpoints: FakeFeature.endpoints, handlers: FakeFeature().handlers,
            logger: lines.logger)
        _ = try await fixture.live { port, _ in
            do {
                let connection = try RawConnection(port: port, receiveBuffer: 4_096)
                try await connection.send("GET /api/v1/test/stream/100000 HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.receive()
            }
            while !lines.all.contains(where: { $0.message == "request" }) {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(lines.requests.first?.metadata["complete"] == "false", "\(lines.all)")
        #expect(!lines.all.contains { $0.level >= .error })
        #expect(fixture.metrics.text().contains("catalogizer_http_broken_streams_total 0\n"))
    }

    @Test(arguments: [
        ("/test/open?token=\u{301}hunter2", "/test/open?token=***"),
        ("/test/open?a=b&\u{301}pwd=hunter2", "/test/open?a=b&\u{301}pwd=***"),
        ("/test/open?pass=hunter2&jwt=hunter2&auth=hunter2", "/test/open?pass=***&jwt=***&auth=***"),
        ("/api/v1/test/link/hunter2/more", "/api/v1/test/link/***"),
        ("//API/v1/test/l%69nk/hunter2/", "/api/v1/test/link/***"),
        ("/api/v1/test/links/of?x=1", "/api/v1/test/links/of?x=1"),
    ])
    func `what looks like a secret is masked, however it is written`(uri: String, logged: String) async throws {
        let lines = LogLines()
        try await ShellFixture.fake(logger: lines.logger).test { client async throws in
            _ = try await client.execute(uri: uri, method: .get)
        }
        #expect(lines.requests.first?.metadata["path"] == logged)
    }

    @Test(arguments: [HTTPRequest.Method.options, .put, .delete])
    func `a signed link is a secret whatever the method`(method: HTTPRequest.Method) async throws {
        let lines = LogLines()
        try await ShellFixture.fake(logger: lines.logger).test { client async throws in
            _ = try await client.execute(uri: "/api/v1/test/link/hunter2", method: method)
        }
        #expect(lines.requests.first?.metadata["path"] == "/api/v1/test/link/***")
    }

    @Test func `metrics carry templates and classes, never paths`() async throws {
        let fixture = try ShellFixture.fake()
        try await fixture.test { client async throws in
            _ = try await client.execute(uri: "/api/v1/test/items/41", method: .get, headers: .token("viewer"))
            _ = try await client.execute(uri: "/secret/path", method: .get)
        }
        let text = fixture.metrics.text()
        let item = #"{method="GET",route="/api/v1/test/items/{id}",status="2xx"}"#
        #expect(text.contains("catalogizer_http_requests_total\(item) 1\n"))
        #expect(text.contains(#"catalogizer_http_requests_total{method="GET",route="unmatched",status="4xx"} 1"#))
        #expect(text.contains("# TYPE catalogizer_http_request_duration_seconds histogram\n"))
        #expect(text.contains(#"status="2xx",le="+Inf"} 1"#))
        #expect(!text.contains("41") || !text.contains("items/41"))
        #expect(!text.contains("secret"))
    }
}
