import CatalogServer
import Foundation
import Logging
import Testing

/// Bodies on the streams of HTTP/2.
@Suite struct HTTP2Tests {
    private struct Outcome {
        let answer: String
        let echoes: Int
        let lines: LogLines
    }

    @Test func `a body that does not come is 408`() async throws {
        // curl waits for its input before it shows an answer, so the log has to tell. It may leave too early on a busy machine.
        let outcome = try await postPatiently(until: "408") { $0.connectionLimits.body = .milliseconds(300) }
        #expect(outcome.lines.requests.first?.metadata["status"] == "408")
        #expect(outcome.echoes == 0)
    }

    @Test func `a client that breaks off in mid-body is its own fault`() async throws {
        let outcome = try await postPatiently(until: "400")
        #expect(outcome.echoes == 0)
        let request = try #require(outcome.lines.requests.first)
        #expect(request.metadata["status"] == "400")
        #expect(request.metadata["client"] == "127.0.0.1")
        #expect(!outcome.lines.all.contains { $0.level >= .warning })
    }

    @Test func `a body of another length than was said is no body`() async throws {
        let outcome = try await post("-H", "Content-Length: 100", "-d", #"{"name":"x"}"#)
        #expect(!outcome.answer.contains("HTTP/2 200"))
        #expect(outcome.echoes == 0)
        #expect(!outcome.lines.all.contains { $0.level >= .warning })
    }

    @Test func `the rest of a large body that nobody wants is not read, and the answer arrives`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("body-\(UUID().uuidString)")
        try Data(count: 8 << 20).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // The endpoint refuses the type of the body before it reads any of it.
        let outcome = try await post(
            "-T", file.path, "-H", "Content-Type: application/xml", "-H", "Transfer-Encoding: chunked", "-w",
            " %{size_upload}")
        #expect(outcome.answer.contains("HTTP/2 415"))
        #expect(outcome.answer.contains(#"{"error":"Content-Type must be application/json"}"#))
        let sent = try #require(outcome.answer.split(separator: " ").last.flatMap { Int($0) })
        #expect(sent < 1 << 20)
    }

    /// A body that never comes, from a client that waits longer each time until the log tells of this status.
    private func postPatiently(
        until status: String, settings change: (inout HTTPSettings) -> Void = { _ in }
    ) async throws -> Outcome {
        var seconds = 1
        while true {
            let outcome = try await post("-T", ".", "--max-time", "\(seconds)", settings: change)
            let isTold = outcome.lines.requests.first?.metadata["status"]?.description == status
            if isTold || seconds >= 64 { return outcome }
            seconds *= 4
        }
    }

    /// What curl gets for a POST to an endpoint that reads its body.
    private func post(
        _ arguments: String..., settings change: (inout HTTPSettings) -> Void = { _ in }
    ) async throws -> Outcome {
        try await TestCertificate.withNew { certificate in
            var settings = HTTPSettings()
            settings.tls = certificate.files
            change(&settings)
            let (lines, feature) = (LogLines(), FakeFeature())
            let fixture = try ShellFixture.fake(feature, settings, logger: lines.logger)
            let answer = try await fixture.live { port, _ in
                let url = "https://127.0.0.1:\(port)/api/v1/test/echo"
                let answer = try await curl(["-sik", "--http2", "-X", "POST"] + arguments + [url])
                // A client that left before it was heard leaves nothing in the log.
                let end = ContinuousClock.now + .seconds(5)
                while lines.requests.isEmpty, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(20))
                }
                return answer
            }.value
            return Outcome(answer: answer, echoes: feature.echoes.count, lines: lines)
        }
    }
}
