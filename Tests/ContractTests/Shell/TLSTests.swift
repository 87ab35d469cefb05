import CatalogCore
import CatalogServer
import Testing

@Suite struct TLSTests {
    @Test func `HTTP/1.1 and HTTP/2 are served on one port, with HSTS, and a new certificate without a restart`()
        async throws
    {
        try await TestCertificate.withNew { certificate in
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
    }

    @Test func `files that are no certificate stop the start and are named`() throws {
        var settings = HTTPSettings()
        settings.tls = .init(certificate: "/nonexistent/cert.pem", key: "/nonexistent/key.pem")
        let fixture = try ShellFixture.fake(FakeFeature(), settings)
        let error = #expect(throws: CatalogError.self) { try fixture.makeServer() }
        #expect(error?.message.contains("/nonexistent/cert.pem") == true)
    }
}
