import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageFTP
import Testing

/// The FTP backend against real servers.
@Suite struct FTPConformanceTests {
    @Test(arguments: [TestStorageServer.Kind.ftp, .ftpListOnly], StorageConformance.checks)
    func `It keeps every promise of a backend`(
        server: TestStorageServer.Kind, check: StorageConformance.Check
    ) async throws {
        try await keepsPromise(server, check)
    }

    @Test(
        arguments: [TestStorageServer.Kind.ftpExplicitTLS, .ftpImplicitTLS, .ftpListOnlyTLS],
        StorageConformance.transfers)
    func `It does so when the connection is safe`(
        server: TestStorageServer.Kind, check: StorageConformance.Check
    ) async throws {
        try await keepsPromise(server, check)
    }

    private func keepsPromise(_ kind: TestStorageServer.Kind, _ check: StorageConformance.Check) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share, canHold: FTPBackend.facts.canHold)
        let backend = try FTPBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        try check.run(backend, scratch)
    }
}
