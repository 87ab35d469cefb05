import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

/// A file that steps aside for another one is never lost, whatever goes wrong between the steps.
@Suite struct SteppingAsideTests {
    private let backend = MemoryBackend(identity: "storage")

    init() throws {
        try backend.writeFile(["old"], [1])
        try backend.writeFile(["new"], [2])
    }

    private func replace() throws {
        try backend.replaceSteppingAside(StoragePath(parsing: "old"), by: StoragePath(parsing: "new"))
    }

    @Test func `The new file takes the place, and nothing is left of the old one`() throws {
        try replace()
        #expect(backend.files() == ["old": [2]])
    }

    @Test(arguments: [1, 2]) func `A rename that fails leaves both as they were`(number: Int) throws {
        backend.faults.fail(.rename, number: number)
        #expect(code { try replace() } == .storageUnavailable)
        #expect(backend.files() == ["old": [1], "new": [2]])
    }

    @Test func `An old file of which nobody knows whether it stepped aside comes back`() throws {
        backend.faults.loseAnswer(ofRename: 1)
        #expect(code { try replace() } == .storageUnavailable)
        #expect(backend.files() == ["old": [1], "new": [2]])
    }

    @Test func `A new file whose arrival nobody was told of has arrived`() throws {
        backend.faults.loseAnswer(ofRename: 2)
        try replace()
        #expect(backend.files() == ["old": [2]])
    }

    @Test func `Where an old file waits that cannot come back is said`() throws {
        backend.faults.fail(.rename, number: 2)
        backend.faults.fail(.rename, number: 3)
        let error = #expect(throws: CatalogError.self) { try replace() }
        let aside = try #require(backend.files().first { $0.value == [1] }?.key)
        #expect(error?.message.contains(aside) == true, "\(error?.description ?? "")")
        #expect(backend.files()["new"] == [2])
    }
}
