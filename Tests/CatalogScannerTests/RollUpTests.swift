import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogStorage
import Testing

@testable import CatalogScanner

/// Recursive figures that several write at the same time, as the end of a scan that was stopped and the next scan do.
@Suite struct RollUpTests {
    private static let writers = 8

    @Test func `Differences are added once, however many find them`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<300 { try disk.write("d\(number % 30)/s\(number)/file", bytes: number) }
            try await disk.scan(.full)
            let right = try await disk.totals()
            let pool = BlockingPool(name: "roll up", threads: Self.writers, queueLimit: 64)
            for round in 1...10 {
                let harm = SQLStatement("UPDATE directories SET total_bytes = total_bytes + $1, total_files = 0")
                _ = try await disk.database.write { try $0.execute(harm, [.integer(Int64(round))]) }
                let phase = RollUpPhase(
                    scan: ScanContext(
                        id: 1, rootID: ScanFixture.rootID, database: disk.database, time: .system, stop: StopSignal(),
                        lease: .over))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<Self.writers { group.addTask { try await pool.run { try phase.run() } } }
                    try await group.waitForAll()
                }
                #expect(try await disk.totals() == right)
            }
            try await pool.shutdown()
        }
    }
}
