import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Synchronization
import Testing

/// What is tried again when a connection breaks, and what is not.
@Suite struct ConnectionPoolTests {
    /// A connection is nothing but its number.
    private final class Server: Sendable {
        struct Broken: Error {}

        let made = Mutex(0)
        let refused = Mutex(0)
        let isAway = Mutex(false)

        func connect() throws -> Int {
            if isAway.withLock({ $0 }) {
                refused.withLock { $0 += 1 }
                throw CatalogError(.storageUnavailable, "away")
            }
            return made.withLock { made in
                made += 1
                return made
            }
        }
    }

    private let server = Server()
    private let clock = ManualClock()

    private func pool(limit: ConnectionLimit = ConnectionLimit(4), pauses: [Int64] = [0, 0]) -> ConnectionPool<Int> {
        let retries = RetryPauses(time: clock.source) { pauses }
        return ConnectionPool(
            limit: limit, retries: retries, breaksConnection: { $0 is Server.Broken }
        ) { [server] in try server.connect() }
    }

    @Test func `A question is asked up to three times, each time on another connection`() throws {
        let pool = pool()
        var asked: [Int] = []
        #expect(throws: Server.Broken.self) {
            try pool.use { connection, _ in
                asked.append(connection)
                throw Server.Broken()
            }
        }
        #expect(asked == [1, 2, 3])
        let answer = try pool.use { connection, _ in
            if connection < 6 { throw Server.Broken() }
            return connection
        }
        #expect(answer == 6)
    }

    @Test func `What the server refuses is not asked again`() {
        let pool = pool()
        var tries = 0
        #expect(throws: CatalogError.self) {
            try pool.use { _, _ in
                tries += 1
                throw CatalogError(.notFound, "no")
            }
        }
        #expect(tries == 1)
    }

    @Test func `A server that cannot be reached is up to the breaker: nobody waits for a second try`() throws {
        // An hour, so that whoever does would be seen.
        let pool = pool(pauses: [3_600_000_000])
        server.isAway.withLock { $0 = true }
        #expect(throws: CatalogError.self) { try pool.use { _, _ in } }
        #expect(pool.circuit == .open)
        server.isAway.withLock { $0 = false }
        #expect(throws: CatalogError.self) { try pool.use { _, _ in } }
        pool.retrySoon()
        try pool.use { _, _ in }
        #expect(pool.circuit == .closed)
    }

    @Test func `Whoever is not let in beside others waits for one of them, and asks again after a minute only`()
        async throws
    {
        let pool = pool()
        let threads = BlockingPool(name: "test", threads: 2, queueLimit: 2)
        let ask: @Sendable (_ isEnough: @escaping @Sendable () -> Bool) async throws -> Int = { isEnough in
            try await threads.run {
                try pool.use { connection, _ in
                    while !isEnough() { usleep(100) }
                    return connection
                }
            }
        }
        async let first = ask { server.refused.withLock { $0 } == 1 }
        while server.made.withLock({ $0 }) == 0 { await Task.yield() }
        server.isAway.withLock { $0 = true }
        #expect(try await ask { true } == 1)
        #expect(try await first == 1)
        #expect(pool.circuit == .closed)

        server.isAway.withLock { $0 = false }
        clock.advance(by: .seconds(59))
        async let third = ask { true }
        async let fourth = ask { true }
        #expect(try await [third, fourth] == [1, 1])
        clock.advance(by: .seconds(1))
        async let fifth = ask { server.made.withLock { $0 } == 2 }
        async let sixth = ask { server.made.withLock { $0 } == 2 }
        #expect(Set(try await [fifth, sixth]) == [1, 2])
        try await threads.shutdown()
    }

    @Test func `A server that is far away gets more connections, as long as they are needed`() throws {
        let pool = pool(limit: ConnectionLimit(near: 1, far: 3))
        func threeAtOnce() throws -> [Int] {
            try pool.use { first, _ in
                try pool.use { second, _ in
                    try pool.use { third, _ in
                        clock.advance(by: .milliseconds(20))
                        return [first, second, third]
                    }
                }
            }
        }
        try pool.use { _, _ in clock.advance(by: .milliseconds(20)) }
        #expect(try threeAtOnce() == [1, 2, 3])
        clock.advance(by: .seconds(31))
        try pool.use { _, _ in clock.advance(by: .milliseconds(20)) }
        #expect(try threeAtOnce() == [1, 4, 5])
        // What was near may be reached over another way after it was closed.
        for _ in 0..<40 { try pool.use { _, _ in } }
        pool.closeAll()
        try pool.use { _, _ in clock.advance(by: .milliseconds(20)) }
        #expect(try threeAtOnce() == [6, 7, 8])
    }

    @Test(.timeLimit(.minutes(20))) func `What a server let in is forgotten when it was away`() throws {
        let pool = pool()
        // A stream was refused.
        pool.leaveRoom()
        server.isAway.withLock { $0 = true }
        #expect(throws: CatalogError.self) { try pool.use { _, _ in } }
        server.isAway.withLock { $0 = false }
        pool.retrySoon()
        let both = try pool.use { first, _ in try pool.use { second, _ in [first, second] } }
        #expect(both == [1, 2])
    }

    @Test func `A change is made once, whatever became of it`() throws {
        let pool = pool()
        var (asked, made) = (0, 0)
        #expect(throws: Server.Broken.self) {
            try pool.change(asking: { _ in asked += 1 }) { _, _, _ in
                made += 1
                throw Server.Broken()
            }
        }
        #expect((asked, made) == (1, 1))
        // Its connection is let go all the same.
        #expect(try pool.use { connection, _ in connection } == 2)
    }

    @Test func `A change waits for a connection on which a question is answered`() throws {
        let pool = pool()
        var changed: [Int] = []
        try pool.change { connection in
            if connection < 3 { throw Server.Broken() }
            return connection
        } _: { connection, _, answer in
            #expect(answer == connection)
            changed.append(connection)
        }
        #expect(changed == [3])
    }

    @Test func `What hangs for a whole time-out is tried twice only`() {
        let pool = pool()
        var tries = 0
        #expect(throws: Server.Broken.self) {
            try pool.use { _, _ in
                tries += 1
                clock.advance(by: .seconds(10))
                throw Server.Broken()
            }
        }
        #expect(tries == 2)
    }

    @Test func `Closing ends the rest before another try`() async throws {
        let pool = pool(pauses: [3_600_000_000])
        let threads = BlockingPool(name: "test", threads: 1, queueLimit: 1)
        let tries = Mutex(0)
        async let failed = threads.run {
            #expect(throws: Server.Broken.self) {
                try pool.use { _, _ in
                    tries.withLock { $0 += 1 }
                    throw Server.Broken()
                }
            }
        }
        while tries.withLock({ $0 }) == 0 { await Task.yield() }
        pool.closeAll()
        _ = try await failed
        #expect(tries.withLock { $0 } == 1)
        try await threads.shutdown()
    }

    @Test func `The usual rests are short, and not the same for everybody`() {
        let rests = (0..<200).map { _ in RetryPauses.usual.pauses() }
        #expect(
            rests.allSatisfy {
                $0.count == 2 && (25_000...75_000).contains($0[0]) && (100_000...300_000).contains($0[1])
            })
        #expect(Set(rests.map { $0[0] }).count > 10)
    }
}
