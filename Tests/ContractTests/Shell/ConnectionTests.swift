import CatalogCore
import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct ConnectionTests {
    /// Limits that a test can wait for; the ones that it is not about stay far away.
    private func settings(_ change: (inout ConnectionLimits) -> Void) -> HTTPSettings {
        var settings = HTTPSettings()
        change(&settings.connectionLimits)
        return settings
    }

    private static let request = "GET /test/open HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `a connection serves one request after the other`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            for _ in 0..<3 {
                try await connection.send(Self.request)
                let answer = try await connection.receiveAll { $0.hasSuffix("}") }
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
        }
    }

    @Test func `a head that is never finished ends the connection`() async throws {
        let fixture = try ShellFixture.fake(FakeFeature(), settings { $0.head = .milliseconds(200) })
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send("GET /test/open HTTP/1.1\r\nX-Slow: ")
            #expect(try await connection.receiveAll() == "")
        }
    }

    @Test func `an idle connection is closed`() async throws {
        let fixture = try ShellFixture.fake(FakeFeature(), settings { $0.idle = .seconds(3) })
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port)
            try await connection.send(Self.request)
            let all = try await connection.receiveAll()
            #expect(all.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(all.hasSuffix("}"))
        }
    }

    @Test func `a client that stops reading is cut`() async throws {
        let fixture = try ShellFixture.fake(FakeFeature(), settings { $0.writeStall = .milliseconds(400) })
        _ = try await fixture.live { port, _ in
            let connection = try RawConnection(port: port, receiveBuffer: 4_096)
            try await connection.send("GET /api/v1/test/stream/100000 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.receive().hasPrefix("HTTP/1.1 200 OK"))
            // The server has cut the connection when its work for it is over.
            let stalled = "catalogizer_active_tasks 0"
            while !fixture.metrics.text().contains(stalled) { try await Task.sleep(for: .milliseconds(20)) }
            let rest = try await connection.receiveAll()
            #expect(rest.utf8.count < 100_000 << 16)
        }
    }

    @Test func `a stream of bytes arrives whole and is counted whole`() async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
                let host = try #require(HTTPField.Name("Host"))
                let response = try await client.get("/api/v1/test/stream/40", headers: [host: "x"])
                #expect(response.body?.readableBytes == 40 << 16)
            }
        }
        let series = #"{method="GET",route="/api/v1/test/stream/{count}",status="2xx"}"#
        #expect(fixture.metrics.text().contains("catalogizer_http_response_bytes_total\(series) \(40 << 16)"))
    }

    @Test func `the server stops within its limit, whatever its clients do`() async throws {
        let feature = FakeFeature()
        let fixture = try ShellFixture.fake(feature, settings { $0.shutdown = .seconds(1) })
        let stopping = try await fixture.live { port, _ in
            let idle = try RawConnection(port: port)
            try await idle.send(Self.request)
            _ = try await idle.receiveAll { $0.hasSuffix("}") }
            let events = try RawConnection(port: port)
            try await events.send(
                "GET /api/v1/test/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n")
            _ = try await events.receiveAll { $0.contains("retry: 3000") }
            let stuck = try RawConnection(port: port, receiveBuffer: 4_096)
            try await stuck.send("GET /api/v1/test/stream/100000 HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await stuck.receive()
            return [idle, events, stuck]
        }
        // Far from what the clients would like: they never end.
        #expect(stopping.stopping < Patience.limit)
        // The stream of events has a proper end.
        let rest = try await stopping.value[1].receiveAll()
        #expect(rest.hasSuffix("0\r\n\r\n"))
    }

    @Test func `events arrive as they are offered, and the stream ends with the session`() async throws {
        let feature = FakeFeature()
        let fixture = try ShellFixture.fake(feature)
        _ = try await fixture.live { port, _ in
            let events = try RawConnection(port: port)
            try await events.send(
                "GET /api/v1/test/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n")
            let head = try await events.receiveAll { $0.contains("retry: 3000") }
            #expect(head.lowercased().contains("content-type: text/event-stream"))
            #expect(head.lowercased().contains("x-accel-buffering: no"))
            #expect(head.lowercased().contains("cache-control: no-store"))
            feature.mailbox.offer(ServerSentEvent(id: "7", name: "scan", data: ByteBuffer(string: "one\ntwo")))
            let event = try await events.receiveAll { $0.contains("two") }
            #expect(event.contains("id: 7\nevent: scan\ndata: one\ndata: two\n\n"))
            fixture.authenticator.kill(user: 2)
            let end = try await events.receiveAll { $0.hasSuffix("0\r\n\r\n") }
            #expect(end.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `a user has four event streams and no fifth`() async throws {
        let feature = FakeFeature()
        let fixture = try ShellFixture.fake(feature)
        _ = try await fixture.live { port, _ in
            var open: [RawConnection] = []
            for index in 0..<5 {
                let events = try RawConnection(port: port)
                try await events.send(
                    "GET /api/v1/test/quiet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n")
                let answer = try await events.receiveAll { $0.contains("retry: 3000") || $0.contains("error") }
                #expect(answer.contains(index < 4 ? "200 OK" : "429 Too Many Requests"))
                open.append(events)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a listener that goes away frees its place at once`(isReset: Bool) async throws {
        let fixture = try ShellFixture.fake()
        _ = try await fixture.live { port, _ in
            let events = try RawConnection(port: port)
            try await events.send(
                "GET /api/v1/test/quiet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n")
            _ = try await events.receiveAll { $0.contains("retry: 3000") }
            if isReset { events.close(isReset: true) } else { events.endInput() }
            let isOver = "catalogizer_active_tasks 0"
            while !fixture.metrics.text().contains(isOver) { try await Task.sleep(for: .milliseconds(20)) }
        }
        // The next ping, which would notice it too, comes with the thirty-eighth look at the session.
        #expect(fixture.authenticator.lifeChecks.count < 38)
    }

    @Test func `a reader that is too slow is told how many events it missed`() async throws {
        let feature = FakeFeature()
        for number in 0..<6 { feature.mailbox.offer(ServerSentEvent(data: ByteBuffer(string: "\(number)"))) }
        feature.mailbox.end()
        let response = try await ShellFixture.fake(feature).test {
            try await $0.execute(uri: "/api/v1/test/events", method: .get, headers: .token("viewer"))
        }
        #expect(
            String(buffer: response.body)
                == "retry: 3000\n\ndata: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\nevent: gap\ndata: {\"missed\":2}\n\n")
    }
}
