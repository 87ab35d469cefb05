import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

/// A file goes only while another one with its content is there.
@Suite struct SpareRemovalTests {
    private let spare = MemoryBackend(identity: "spare")
    private let kept = MemoryBackend(identity: "kept")
    private let content = [UInt8](repeating: 3, count: 1_200_000)

    private func removal(
        of name: String = "film", on storage: MemoryBackend? = nil, keeping other: String = "film"
    ) throws -> SpareRemoval {
        let storage = storage ?? spare
        let file = { (backend: MemoryBackend, name: String) in
            let path = try StoragePath(parsing: name)
            return SpareRemoval.File(
                place: TransferPlace(storage: "x", backend: backend, path: path),
                modifiedNS: try backend.stat(path).modifiedNS)
        }
        return try SpareRemoval(
            of: file(storage, name), keeping: file(kept, other), sizeBytes: Int64(content.count), claim: "test")
    }

    private func write(_ other: [UInt8]? = nil) throws {
        try spare.writeFile(["film"], content)
        try kept.writeFile(["film"], other ?? content)
    }

    @Test func `What is there twice is there once after that`() throws {
        try write()
        let removal = try removal()
        try removal.compare { _ in }
        try removal.remove()
        #expect(spare.files().isEmpty && kept.files() == ["film": content])
        #expect(try removal.takeUp() == .gone)
    }

    @Test func `Other bytes of the same size are another content`() throws {
        var other = content
        other[1_100_000] = 4
        try write(other)
        let removal = try removal()
        #expect(code { try removal.compare { _ in } } == .conflict)
        #expect(spare.files() == ["film": content])
    }

    @Test func `A comparison can be stopped`() throws {
        try write()
        let removal = try removal()
        let error = CatalogError(.cancelled, "Stopped")
        #expect(code { try removal.compare { if $0 > 0 { throw error } } } == .cancelled)
    }

    @Test func `A file is never removed for its own sake`() throws {
        try kept.writeFile(["film"], content)
        let removal = try removal(on: kept)
        try removal.compare { _ in }
        #expect(code { try removal.remove() } == .conflict)
        #expect(kept.files() == ["film": content])
    }

    @Test func `Without the other file it gets its name back`() throws {
        try write()
        let removal = try removal()
        try removal.compare { _ in }
        try kept.remove(StoragePath(parsing: "film"))
        #expect(code { try removal.remove() } == .conflict)
        #expect(spare.files() == ["film": content])
    }

    @Test func `What an attempt has set aside gets its name back`() throws {
        try write()
        let removal = try removal()
        try removal.compare { _ in }
        spare.faults.before(.remove) { [faults = spare.faults] _ in
            faults.goAway()
            throw MemoryFaults.away
        }
        #expect(code { try removal.remove() } == .storageUnavailable)
        spare.faults.goAway(false)
        #expect(spare.files().count == 1 && spare.files()["film"] == nil)
        #expect(try removal.takeUp() == .untouched)
        #expect(spare.files() == ["film": content])
    }
}
