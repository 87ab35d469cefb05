import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageWebDAV
import Testing

/// The WebDAV backend against real servers.
@Suite struct WebDAVConformanceTests {
    @Test(arguments: StorageConformance.checks)
    func `It keeps every promise of a backend`(check: StorageConformance.Check) async throws {
        try await keepsPromise(.webdav, check)
    }

    /// But for large directories: where it must see changes at once, rclone looks at all of one for each entry.
    @Test(arguments: StorageConformance.checks.filter { !$0.isLarge })
    func `It does so against a server of another make`(check: StorageConformance.Check) async throws {
        try await keepsPromise(.webdavRclone, check)
    }

    @Test(arguments: [TestStorageServer.Kind.webdavDigest, .webdavTLS], StorageConformance.transfers)
    func `It does so with digests and with TLS`(
        server: TestStorageServer.Kind, check: StorageConformance.Check
    ) async throws {
        try await keepsPromise(server, check)
    }

    private func keepsPromise(_ kind: TestStorageServer.Kind, _ check: StorageConformance.Check) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share) { WebDAVBackend.facts.canHold($0) && kind.holds($0) }
        let backend = try WebDAVBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        try check.run(backend, scratch)
    }
}

extension TestStorageServer.Kind {
    /// What a server makes of names that others keep.
    fileprivate func holds(_ name: [UInt8]) -> Bool {
        switch self {
        // It takes the question mark in the escaped target of a MOVE for the beginning of a query.
        case .webdav: !name.contains(UInt8(ascii: "?"))
        // It has signs of its own for what some file systems do not know, and quotes those signs with this one.
        case .webdavRclone: !String(decoding: name, as: UTF8.self).unicodeScalars.contains("\u{201B}")
        default: true
        }
    }
}
