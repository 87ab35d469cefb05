import CatalogCore
import CatalogDatabase
import CatalogTestSupport
import Foundation
import Testing

@testable import CatalogScanner

@Suite struct EntryIDTests {
    @Test func `No id is given twice, whoever asks and however many`() async throws {
        try await TestDatabase.withNew { test in
            let database = test.database
            let given = try await onThread {
                var (one, other) = (EntryIDAllocator(), EntryIDAllocator())
                var given: [EntryID] = []
                for count in [1, 3, 9_998, 2, 25_000, 1] {
                    try one.fetchAhead(database)
                    try database.writeBlocking { connection in
                        let first = try one.take(count, connection)
                        given += first..<(first + EntryID(count))
                        given.append(try other.take(1, connection))
                    }
                }
                return given
            }
            #expect(given.count == 35_011)
            #expect(Set(given).count == given.count)
        }
    }

    /// With SQLite there is one writer anyway.
    @Test(.enabled(if: TestEngine.isPostgres), .timeLimit(.minutes(20)))
    func `A scan in the middle of a transaction keeps no other from its ids`() async throws {
        try await TestDatabase.withNew { test in
            let database = test.database
            let (one, other) = try await onThread {
                var (one, other) = (EntryIDAllocator(), EntryIDAllocator())
                _ = try database.writeBlocking { try one.take(10, $0) }
                try one.fetchAhead(database)
                return try database.writeBlocking { connection in
                    let first = try one.take(10_000, connection)
                    return (first, try database.writeBlocking { try other.take(1, $0) })
                }
            }
            #expect(!(one..<(one + 10_000)).contains(other))
        }
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
