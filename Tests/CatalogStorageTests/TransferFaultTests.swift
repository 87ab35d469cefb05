import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

/// Whatever fails, and whenever: never a wrong or half file under the final name, and the source stays as it was.
@Suite struct TransferFaultTests {
    private static let boundaries = Array(stride(from: 0, through: TransferFixture.size, by: 64 << 10))
    private static let old: [UInt8] = [1, 2, 3]

    @Test(arguments: boundaries)
    func `A copy that is cut goes on where it was`(offset: Int) throws {
        let disk = try TransferFixture(old: Self.old)
        disk.target.faults.leaveRoom(Int64(offset), then: MemoryFaults.away)
        #expect(code { _ = try disk.transfer.run() } == .storageUnavailable)
        #expect(disk.visible == ["films/copy": Self.old])
        #expect(disk.parts.values.map { $0 } == [Array(disk.content[..<offset])])
        disk.target.faults.leaveRoom(nil)
        #expect(try disk.transfer.run().resumedBytes == offset)
        #expect(disk.target.files() == ["films/copy": disk.content])
        #expect(disk.isSourceUntouched)
    }

    @Test(arguments: boundaries)
    func `Where nothing can be gone on with, a copy that is cut begins anew`(offset: Int) throws {
        let disk = try TransferFixture(target: MemoryBackend.everything.subtracting(.resumableWrite))
        disk.target.faults.leaveRoom(Int64(offset), then: MemoryFaults.away)
        #expect(code { _ = try disk.transfer.run() } == .storageUnavailable)
        disk.target.faults.leaveRoom(nil)
        #expect(try disk.transfer.run().resumedBytes == 0)
        #expect(disk.target.files() == ["films/copy": disk.content])
    }

    @Test func `A part that is not how the source begins is thrown away`() throws {
        let disk = try TransferFixture()
        disk.target.faults.leaveRoom(700_000, then: MemoryFaults.away)
        #expect(code { _ = try disk.transfer.run() } == .storageUnavailable)
        disk.target.faults.leaveRoom(nil)
        let part = try #require(disk.parts.keys.first)
        try disk.target.writeFile(StoragePath(parsing: part), [UInt8](repeating: 9, count: 700_000))
        #expect(try disk.transfer.run().resumedBytes == 0)
        #expect(disk.target.files() == ["films/copy": disk.content])
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 1_048_575, 1_048_576, TransferFixture.size - 1])
    func `One byte that changes on its way is noticed`(offset: Int) throws {
        let twists: [(TransferFixture) -> Void] = [
            { $0.target.faults.twistWrites(at: Int64(offset)) }, { $0.target.faults.twistReads(at: Int64(offset)) },
        ]
        for twist in twists {
            let disk = try TransferFixture(old: Self.old)
            twist(disk)
            #expect(code { _ = try disk.transfer.run() } == .dataLoss)
            #expect(disk.target.files() == ["films/copy": Self.old])
            #expect(disk.isSourceUntouched)
        }
    }

    @Test(arguments: boundaries.dropLast())
    func `A full storage is left as it was`(offset: Int) throws {
        let disk = try TransferFixture(old: Self.old)
        disk.target.faults.leaveRoom(Int64(offset))
        #expect(code { _ = try disk.transfer.run() } == .insufficientStorage)
        #expect(disk.target.files() == ["films/copy": Self.old])
    }

    @Test func `A source that changes meanwhile is not copied`() throws {
        let changes: [@Sendable (TransferFixture) throws -> Void] = [
            { try $0.source.writeFile(["film"], [UInt8](repeating: 9, count: TransferFixture.size)) },
            { try $0.source.writeFile(["film"], [9]) }, { try $0.source.remove(["film"]) },
            { try $0.source.writeFile(["film"], $0.content + [1]) },
        ]
        for change in changes {
            for (call, number) in [(MemoryFaults.Call.write, 2), (.finish, 1)] {
                let disk = try TransferFixture(old: Self.old)
                disk.target.faults.before(call) { if $0 == number { try change(disk) } }
                #expect(code { _ = try disk.transfer.run() } == .conflict)
                #expect(disk.target.files() == ["films/copy": Self.old])
            }
        }
    }

    @Test func `A source that ends early is not copied`() throws {
        let disk = try TransferFixture(old: Self.old)
        disk.source.faults.cutReads(at: 1_100_000)
        #expect(code { _ = try disk.transfer.run() } == .conflict)
        #expect(disk.target.files() == ["films/copy": Self.old])
    }

    @Test(arguments: [true, false])
    func `Whichever call fails, the final name shows the old file or the new one`(isTarget: Bool) throws {
        let whole = try TransferFixture(size: 200_000, old: Self.old)
        _ = try whole.transfer.run()
        let calls = (isTarget ? whole.target : whole.source).faults.calls()
        #expect(calls > (isTarget ? 8 : 2))
        let codes: [CatalogError.Code] = [
            .storageUnavailable, .notFound, .permissionDenied, .conflict, .alreadyExists, .insufficientStorage,
            .unavailable, .unsupported,
        ]
        for number in 1...calls {
            for wanted in codes {
                let disk = try TransferFixture(size: 200_000, old: Self.old)
                (isTarget ? disk.target : disk.source).faults.fail(number: number, with: CatalogError(wanted, "made"))
                let failure = code { _ = try disk.transfer.run() }
                let shown = disk.visible["films/copy"]
                #expect(shown == (failure == nil ? disk.content : Self.old), "call \(number), \(wanted)")
                #expect(disk.visible.count == 1 && disk.isSourceUntouched)
                // The next attempt brings it to its end.
                if failure != nil { _ = try disk.transfer.run() }
                #expect(disk.target.files() == ["films/copy": disk.content], "call \(number), \(wanted)")
            }
        }
    }

    @Test func `A rename that is done although it seems to fail leaves a whole file`() throws {
        let disk = try TransferFixture()
        disk.target.faults.before(.rename) { number in
            guard number == 1 else { return }
            let part = try StoragePath(parsing: disk.parts.keys.first ?? "")
            try disk.target.rename(part, to: StoragePath(parsing: "films/copy"), replacing: false)
            throw MemoryFaults.away
        }
        #expect(code { _ = try disk.transfer.run() } == .storageUnavailable)
        #expect(disk.target.files() == ["films/copy": disk.content])
    }
}
