import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageFTP
import StorageWebDAV
import Testing

/// Whom a server with TLS has to be, for both protocols that use it.
@Suite struct TransportSecurityTests {
    private func probe(_ kind: TestStorageServer.Kind, _ options: [String: String]) async throws -> CatalogError? {
        let server = try await TestStorageServer.shared(kind)
        let location = try server.location(of: server.share, ["tls_ca_pem": ""].merging(options) { $1 })
        let backend: any StorageBackend =
            kind == .webdavTLS ? try WebDAVBackend(location) : try FTPBackend(location)
        defer { backend.close() }
        do {
            _ = try backend.probe()
            return nil
        } catch let error as CatalogError {
            return error
        }
    }

    private static let kinds: [TestStorageServer.Kind] = [.webdavTLS, .ftpExplicitTLS, .ftpImplicitTLS]

    @Test(arguments: kinds) func `A certificate that nobody vouches for is refused, and what to do is said`(
        kind: TestStorageServer.Kind
    ) async throws {
        let error = try await probe(kind, [:])
        #expect(error?.message.contains("tls_ca_pem") == true, "\(String(describing: error))")
    }

    @Test(arguments: kinds) func `It is believed when its fingerprint is known, and no other one is`(
        kind: TestStorageServer.Kind
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let digest = server.fingerprint
        #expect(try await probe(kind, ["tls_fingerprint": digest]) == nil)
        let other = (digest.first == "0" ? "1" : "0") + digest.dropFirst()
        #expect(try await probe(kind, ["tls_fingerprint": other])?.code == .storageUnavailable)
    }

    @Test(arguments: kinds) func `It is believed when the owner says so`(kind: TestStorageServer.Kind) async throws {
        #expect(try await probe(kind, ["tls_verify": "false"]) == nil)
    }

    @Test(arguments: [
        ["tls_verify": "perhaps"], ["tls_verify": "false", "tls_fingerprint": String(repeating: "ab", count: 32)],
        ["tls_fingerprint": "12:34"], ["tls_ca_pem": "none"], ["connections": "0"],
        ["timeout": "x"],
    ])
    func `Options that make no sense are named`(options: [String: String]) throws {
        let name = options.keys.first ?? ""
        for url in ["https://h/dav", "ftps://h/d"] {
            let location = StorageLocation(url: try StorageURL(parsing: url), options: StorageOptions(options))
            let error = #expect(throws: CatalogError.self) {
                _ =
                    url.hasPrefix("https")
                    ? try WebDAVBackend(location) as any StorageBackend : try FTPBackend(location)
            }
            #expect(error?.code == .invalidArgument && error?.message.contains(name) == true)
        }
    }
}
