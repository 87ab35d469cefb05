import CatalogStorage
import CatalogTestSupport
import Testing

@Suite("The backend in memory keeps every promise of a backend")
struct MemoryConformanceTests {
    @Test("It does so", arguments: StorageConformance.checks)
    func keepsPromise(_ check: StorageConformance.Check) throws {
        let backend = MemoryBackend()
        try check.run(backend, backend)
    }

    @Test("It does so when it can do less", arguments: StorageConformance.checks)
    func keepsPromiseWithLess(_ check: StorageConformance.Check) throws {
        let backend = MemoryBackend(
            MemoryBackend.everything.subtracting([.serverSideCopy, .resumableWrite, .freeSpace, .exclusiveRename]))
        try check.run(backend, backend)
    }
}
