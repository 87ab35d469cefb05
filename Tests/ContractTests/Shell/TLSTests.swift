import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

/// curl speaks for the outside world: it negotiates HTTP/2 by itself.
@Suite struct TLSTests {
    private struct Certificate {
        let directory: URL

        /// Replaces both files by a certificate that is issued to `name`.
        func issue(_ name: String) throws {
            try run(
                "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days", "2", "-subj", "/CN=\(name)", "-keyout", path("key.pem"), "-out", path("cert.pem"))
        }

        func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

        var files: HTTPSettings.TLSFiles { .init(certificate: path("cert.pem"), key: path("key.pem")) }
    }

    @Test func `HTTP/1.1 and HTTP/2 are served on one port, with HSTS, and a new certificate without a restart`()
        async throws
    {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = Certificate(directory: directory)
        try certificate.issue("first.example")
        var settings = HTTPSettings()
        settings.tls = certificate.files
        let fixture = try ShellFixture.fake(FakeFeature(), settings)
        _ = try await fixture.live { port, server in
            let url = "https://127.0.0.1:\(port)/test/open"
            for (option, version) in [("--http2", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200 OK")] {
                let answer = try await curl("-sSik", option, url)
                #expect(answer.hasPrefix(version))
                #expect(answer.lowercased().contains("strict-transport-security: max-age=31536000"))
            }
            let big = try await curl("-sSk", "--http2", "https://127.0.0.1:\(port)/api/v1/test/stream/40")
            #expect(big.utf8.count == 40 << 16)
            #expect(try await curl("-sSvk", url).contains("first.example"))
            try certificate.issue("second.example")
            try await server.reloadCertificates()
            #expect(try await curl("-sSvk", url).contains("second.example"))
        }
    }

    @Test func `files that are no certificate stop the start and are named`() throws {
        var settings = HTTPSettings()
        settings.tls = .init(certificate: "/nonexistent/cert.pem", key: "/nonexistent/key.pem")
        let fixture = try ShellFixture.fake(FakeFeature(), settings)
        let error = #expect(throws: CatalogError.self) { try fixture.makeServer() }
        #expect(error?.message.contains("/nonexistent/cert.pem") == true)
    }
}

/// Output of curl, both streams.
private func curl(_ arguments: String...) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try run(["/usr/bin/curl", "--max-time", "20"] + arguments) })
        }
    }
}

@discardableResult
private func run(_ command: String...) throws -> String { try run(command) }

private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.readOutput()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
