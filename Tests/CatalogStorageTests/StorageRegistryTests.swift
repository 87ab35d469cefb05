import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

@Suite("The backends of the roots in use")
struct StorageRegistryTests {
    @Test("A root's backend is made once, until its root changes")
    func caching() throws {
        let scratch = try ScratchDirectory()
        let registry = StorageRegistry()
        var made = 0
        func backend(_ id: RootID) throws -> LocalBackend? {
            try registry.backend(for: id) {
                made += 1
                return LocalBackend(path: scratch.path)
            } as? LocalBackend
        }
        let first = try backend(1)
        #expect(try backend(1) === first)
        #expect(try backend(2) !== first)
        #expect(made == 2)
        registry.invalidate(1)
        #expect(try backend(1) !== first)
        #expect(made == 3)
    }

    @Test("A backend that cannot be made is not kept")
    func failure() throws {
        let registry = StorageRegistry()
        expectError(.notFound) { _ = try registry.backend(for: 1) { throw CatalogError(.notFound, "no") } }
        #expect(try registry.backend(for: 1) { LocalBackend(path: "/") } is LocalBackend)
    }

    @Test("Nothing is made after everything was closed")
    func closing() throws {
        let registry = StorageRegistry()
        _ = try registry.backend(for: 1) { LocalBackend(path: "/") }
        registry.closeAll()
        expectError(.unavailable) { _ = try registry.backend(for: 1) { LocalBackend(path: "/") } }
    }

    @Test("Providers answer for their schemes, and the others are not supported by this version")
    func providers() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [])
        let providers = [StorageBackendProvider.local(leavingOut: [])]
        let backend = try providers.backend(
            for: StorageLocation(url: StorageURL(parsing: "file://\(scratch.path)")))
        #expect(try backend.listing().texts == ["file"])
        for scheme in StorageURL.Scheme.allCases where scheme != .file {
            let url = try StorageURL(parsing: "\(scheme.rawValue)://host/share")
            let error = #expect(throws: CatalogError.self) { _ = try providers.backend(for: StorageLocation(url: url)) }
            #expect(error?.code == .unsupported)
            #expect(error?.message.hasSuffix("not supported by this version; supported: local") == true)
        }
    }

    @Test func `A backend that was made of other settings than the root has now is made anew`() throws {
        let registry = StorageRegistry()
        var made = 0
        func use(password: [UInt8]?) throws {
            let settings = StorageRootSettings(
                url: "ftp://nas/", username: "me", domain: nil, options: [:], sealedPassword: password)
            _ = try registry.backend(for: 1, of: settings) {
                made += 1
                return LocalBackend(path: "/")
            }
        }
        try use(password: [1])
        try use(password: [1])
        #expect(made == 1 && registry.generation == 0)
        try use(password: [2])
        #expect(made == 2 && registry.generation == 1)
        // Who knows the number only takes what there is.
        _ = try registry.backend(for: 1) { throw CatalogError(.notFound, "no") }
        #expect(made == 2)
    }
}
