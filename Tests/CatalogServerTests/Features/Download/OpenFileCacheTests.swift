import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Synchronization
import Testing

@testable import CatalogServer

/// Files that stay open between two downloads.
@Suite struct OpenFileCacheTests {
    private let clock = ManualClock()
    private let cache: OpenFileCache

    init() {
        cache = OpenFileCache(time: clock.source)
    }

    @Test func `An open file is found again until its time is over`() {
        keep(FixedReader())
        #expect(find() != nil)
        clock.advance(by: .microseconds(Limits.openFileMicroseconds))
        #expect(find() == nil)
    }

    @Test func `A file that changed, a root that changed and a caller who may not see it find nothing`() {
        let reader = FixedReader()
        keep(reader)
        #expect(find(scope: .roots([8])) == nil)
        #expect(find(scope: .roots([7])) != nil)
        #expect(find(generation: 2) == nil)
        reader.change()
        #expect(find() == nil)
    }

    @Test func `The sweep closes files whose time is over, and no others`() {
        weak var old: FixedReader?
        do {
            let reader = FixedReader()
            old = reader
            keep(reader, id: 1)
        }
        clock.advance(by: .microseconds(Limits.openFileMicroseconds))
        keep(FixedReader(), id: 2)
        #expect(old != nil)
        cache.sweep()
        #expect(old == nil)
        #expect(find(2) != nil)
    }

    @Test func `No more files stay open than the limit says`() {
        for id in 1...EntryID(Limits.openFilesKept + 1) { keep(FixedReader(), id: id) }
        #expect(find(1) != nil)
        #expect(find(EntryID(Limits.openFilesKept + 1)) == nil)
        clock.advance(by: .microseconds(Limits.openFileMicroseconds))
        keep(FixedReader(), id: 5_000)
        #expect(find(5_000) != nil)
    }

    @Test func `What a link leads to is for those who see all of its root`() throws {
        keep(FixedReader(), kind: .link, at: try StoragePath(parsing: "films/a"))
        #expect(find() != nil && find(scope: .roots([7])) != nil)
        let part = AccessScope.parts([7: .below([try StoragePath(parsing: "films")])])
        #expect(find(scope: part) == nil && find(scope: .roots([8])) == nil)
        keep(FixedReader(), at: try StoragePath(parsing: "films/a"))
        #expect(find(scope: part) != nil)
    }

    private func keep(
        _ reader: FixedReader, id: EntryID = 1, kind: EntryKind = .file, at path: StoragePath = .root
    ) {
        let entry = CatalogEntry(
            id: id, rootID: 7, rootName: "films", isOffline: false, parentID: nil, kind: kind, nameText: "a",
            directoryPath: "", sizeBytes: 0, modifiedNS: 0, firstSeenAt: 0, updatedAt: 0)
        cache.keep(OpenFile(entry: entry, reader: reader, now: 0), of: 7, at: path, generation: 1)
    }

    private func find(_ id: EntryID = 1, scope: AccessScope = .everything, generation: Int = 1) -> OpenFile? {
        cache.find(id, scope: scope, generation: generation)
    }
}

/// A file of no bytes that changes when a test says so.
private final class FixedReader: StorageReader {
    private let changed = Atomic(false)
    let entry = StorageEntry(kind: .file)

    func change() { changed.store(true, ordering: .relaxed) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int { 0 }
    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { 0 }
    var isUnchanged: Bool { !changed.load(ordering: .relaxed) }
}
