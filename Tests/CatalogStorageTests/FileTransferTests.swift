import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Synchronization
import Testing

/// A copy is the whole file or nothing.
@Suite struct FileTransferTests {
    @Test(arguments: [0, 1, 1 << 20, 1 << 20 + 1, 3_000_007])
    func `A file is copied whole, with the directories above it`(size: Int) throws {
        let disk = try TransferFixture(size: size)
        let outcome = try disk.transfer.run()
        #expect(disk.target.files() == ["films/copy": disk.content])
        #expect(outcome.sizeBytes == size && outcome.resumedBytes == 0 && !outcome.isServerSide)
        #expect(outcome.digest.count == 64)
        #expect(disk.isSourceUntouched)
    }

    @Test func `It says how far it is`() throws {
        let disk = try TransferFixture(size: 3 << 20)
        var seen: [TransferProgress] = []
        _ = try disk.transfer.run { seen.append($0) }
        let copying = seen.filter { $0.phase == .copying }.map(\.bytes)
        #expect(copying == [1 << 20, 2 << 20, 3 << 20])
        #expect(seen.filter { $0.phase == .verifying }.map(\.bytes) == [0] + copying)
        #expect(seen.allSatisfy { $0.totalBytes == 3 << 20 })
    }

    @Test func `A name that is taken stays what it is, unless it may go`() throws {
        let kept = try TransferFixture()
        try kept.target.makeDirectory(["films"])
        try kept.target.writeFile(["films", "copy"], [1])
        #expect(code { _ = try kept.transfer.run() } == .alreadyExists)
        #expect(kept.target.files() == ["films/copy": [1]])
        let replaced = try TransferFixture(old: [1])
        _ = try replaced.transfer.run()
        #expect(replaced.target.files() == ["films/copy": replaced.content])
    }

    @Test(arguments: [0, TransferFixture.size])
    func `A copy that got its name before its attempt died is made, and no other file is taken for it`(
        size: Int
    ) throws {
        let disk = try TransferFixture(size: size)
        _ = try disk.transfer.run()
        #expect(code { _ = try disk.transfer.run() } == .alreadyExists)
        let outcome = try disk.transfer.run(mayBeMade: true)
        #expect(outcome.sizeBytes == size && outcome.digest.count == 64)
        #expect(disk.target.files() == ["films/copy": disk.content])
        let other = [UInt8](repeating: 7, count: max(1, size))
        try disk.target.writeFile(["films", "copy"], other)
        #expect(code { _ = try disk.transfer.run(mayBeMade: true) } == .alreadyExists)
        #expect(disk.target.files() == ["films/copy": other])
    }

    @Test func `A name that somebody takes meanwhile stays theirs`() throws {
        let disk = try TransferFixture()
        disk.target.faults.before(.rename) { _ in try disk.target.writeFile(["films", "copy"], [7]) }
        #expect(code { _ = try disk.transfer.run() } == .alreadyExists)
        #expect(disk.target.files() == ["films/copy": [7]])
    }

    @Test func `A directory is neither source nor target`() throws {
        let disk = try TransferFixture()
        try disk.target.makeDirectory(["films"])
        try disk.target.makeDirectory(["films", "copy"])
        #expect(code { _ = try disk.transfer.run() } == .conflict)
        try disk.target.remove(["films", "copy"])
        try disk.source.remove(["film"])
        #expect(code { _ = try disk.transfer.run() } == .notFound)
        try disk.source.makeDirectory(["film"])
        #expect(code { _ = try disk.transfer.run() } == .invalidArgument)
        #expect(disk.target.files().isEmpty)
    }

    @Test func `A file does not become its own copy`() throws {
        let disk = MemoryBackend()
        try disk.writeFile(["film"], [1, 2, 3])
        let place = TransferPlace(storage: "disk", backend: disk, path: try StoragePath(parsing: "film"))
        // The same file, reached by another root.
        let other = TransferPlace(storage: "again", backend: disk, path: place.path)
        for target in [place, other] {
            let transfer = FileTransfer(from: place, to: target, replacing: true, claim: "test")
            #expect(code { _ = try transfer.run() } == .conflict)
        }
        #expect(disk.files() == ["film": [1, 2, 3]])
    }

    @Test(arguments: [true, false])
    func `A storage that copies by itself does, and is checked`(isTwisted: Bool) throws {
        let disk = MemoryBackend()
        try disk.writeFile(["film"], [UInt8](repeating: 5, count: 100_000))
        let place = TransferPlace(storage: "disk", backend: disk, path: try StoragePath(parsing: "film"))
        let target = place.at(try StoragePath(parsing: "copies/film"))
        if isTwisted { disk.faults.twistWrites(at: 70_000) }
        let transfer = FileTransfer(from: place, to: target, replacing: false, claim: "test")
        if isTwisted {
            #expect(code { _ = try transfer.run() } == .dataLoss)
            #expect(disk.files().keys.sorted() == ["film"])
        } else {
            #expect(try transfer.run().isServerSide)
            #expect(disk.faults.calls(.write) == 0)
            #expect(disk.files()["copies/film"] == disk.files()["film"])
        }
    }

    @Test func `A copy that a storage makes itself can be stopped`() throws {
        let disk = MemoryBackend()
        try disk.writeFile(["film"], [1, 2, 3])
        let place = TransferPlace(storage: "disk", backend: disk, path: try StoragePath(parsing: "film"))
        let target = place.at(try StoragePath(parsing: "copy"))
        let transfer = FileTransfer(from: place, to: target, replacing: false, claim: "test")
        let stopped = CatalogError(.cancelled, "Stopped")
        #expect(code { _ = try transfer.run { _ in throw stopped } } == .cancelled)
        #expect(disk.faults.calls(.copy) == 1 && disk.files() == ["film": [1, 2, 3]])
    }

    @Test func `A storage that cannot copy this pair gets the bytes`() throws {
        let disk = MemoryBackend()
        try disk.writeFile(["film"], [1, 2, 3])
        disk.faults.fail(.copy, number: 1, with: CatalogError(.unsupported, "Not this pair"))
        let place = TransferPlace(storage: "disk", backend: disk, path: try StoragePath(parsing: "film"))
        let target = place.at(try StoragePath(parsing: "copy"))
        #expect(
            try !FileTransfer(from: place, to: target, replacing: false, claim: "test").run().isServerSide)
        #expect(disk.files() == ["film": [1, 2, 3], "copy": [1, 2, 3]])
    }

    @Test func `What is stopped leaves its part, which can be discarded`() throws {
        let disk = try TransferFixture(size: 3 << 20)
        let stopped = CatalogError(.cancelled, "Stopped")
        #expect(code { _ = try disk.transfer.run { if $0.bytes >= 1 << 21 { throw stopped } } } == .cancelled)
        #expect(disk.visible.isEmpty && disk.parts.values.map(\.count) == [1 << 21])
        try disk.transfer.discardPart()
        #expect(disk.target.files().isEmpty)
    }
}
