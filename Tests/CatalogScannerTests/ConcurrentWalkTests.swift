import CatalogCore
import CatalogScanner
import Foundation
import Synchronization
import Testing

/// Several directories of one root are listed at the same time, and nobody can tell from the catalog.
@Suite("Several walkers of one root") struct ConcurrentWalkTests {
    @Test(arguments: [1, 2, 5])
    func asManyDirectoriesAsTheSettingSaysAreListedAtOnce(limit: Int) async throws {
        try await ScanFixture.withNew(directoriesAtOnce: limit) { disk in
            for number in 0..<40 { try disk.write("d\(number)/inside/file.txt") }
            let meeting = Meeting(of: limit)
            // Each listing waits until as many have come together as may, so that one missing walker would show.
            disk.backend.onList { path in if path.hasSuffix("inside") { meeting.attend() } }
            #expect(try await disk.scan(.full).status == "completed")
            #expect(meeting.mostAtOnce == limit)
        }
    }

    @Test(arguments: [1, 2, 8])
    func theCatalogDoesNotDependOnTheNumberOfWalkers(walkers: Int) async throws {
        try await ScanFixture.withNew(directoriesAtOnce: walkers) { disk in
            var expected: Set<String> = []
            // Deep and lopsided: work changes hands at every level.
            for number in 0..<400 {
                let path = (0..<(number % 9)).map { "d\((number / (1 + $0 * 3)) % 4)" } + ["file \(number)"]
                try disk.write(path.joined(separator: "/"), bytes: number)
                for length in 1...path.count { expected.insert(path.prefix(length).joined(separator: "/")) }
            }
            let scan = try await disk.scan(.full)
            let catalog = try await disk.catalog()
            #expect(Set(catalog.keys) == expected)
            #expect(scan.counts.added == expected.count && scan.counts.entriesFound == expected.count)
            #expect(try await disk.totals().bytes == (0..<400).reduce(0, +))
            for type in ScanType.allCases {
                let again = try await disk.scan(type)
                #expect(again.counts.added + again.counts.updated + again.counts.removed + again.counts.errors == 0)
                #expect(again.counts.entriesFound == expected.count)
            }
            #expect(try await disk.catalog() == catalog)
        }
    }

    @Test func theLossOfTheRootEndsAllWalkers() async throws {
        try await ScanFixture.withNew(directoriesAtOnce: 4) { disk in
            for number in 0..<30 { try disk.write("d\(number)/file.txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.onList { path in if path.isEmpty { disk.backend.goAway(true) } }
            let scan = try await disk.scan()
            #expect(scan.status == "failed")
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func anInterruptedScanGoesOnWhereItWas() async throws {
        try await ScanFixture.withNew(directoriesAtOnce: 2) { disk in
            for number in 0..<50 { try disk.write("a/d\(number)/file.txt", bytes: 1) }
            try disk.write("z/inside/file.txt", bytes: 1)
            let id = try await disk.request(.full)
            try await disk.runInterrupted(id, at: "z", after: 52)
            let listed = Mutex<Set<String>>([])
            disk.backend.onList { path in listed.withLock { _ = $0.insert(path) } }
            let scan = try await disk.run(id)
            #expect(scan.status == "completed")
            #expect(listed.withLock { $0.subtracting(["z"]) } == ["z/inside"])
            #expect(scan.counts.entriesFound == 104 && scan.counts.added == 104)
            #expect(try await disk.totals() == (bytes: 51, files: 51, directories: 53))
        }
    }
}

/// Threads that wait for each other, and count how many are together.
private final class Meeting: Sendable {
    private struct State {
        var present = 0
        var most = 0
    }

    private let size: Int
    private let state = Mutex(State())

    init(of size: Int) {
        self.size = size
    }

    var mostAtOnce: Int { state.withLock { $0.most } }

    /// Returns once all have met, or after a time in which they surely would have.
    func attend() {
        state.withLock {
            $0.present += 1
            $0.most = max($0.most, $0.present)
        }
        for _ in 0..<1_000 where mostAtOnce < size { usleep(1_000) }
        state.withLock { $0.present -= 1 }
    }
}
