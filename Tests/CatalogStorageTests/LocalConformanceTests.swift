import CatalogStorage
import CatalogTestSupport
import Testing

@Suite("The local backend keeps every promise of a backend")
struct LocalConformanceTests {
    @Test("It does so", arguments: StorageConformance.checks)
    func keepsPromise(_ check: StorageConformance.Check) throws {
        let scratch = try ScratchDirectory()
        try check.run(LocalBackend(path: scratch.path), scratch)
    }
}
