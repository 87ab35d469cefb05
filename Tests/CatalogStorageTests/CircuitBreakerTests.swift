import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

/// Nobody waits for a storage that was away a moment ago.
@Suite struct CircuitBreakerTests {
    private let clock = ManualClock()
    private let away = CatalogError(.storageUnavailable, "away")

    @Test func `After a failure everybody hears of it at once, and after a pause one tries again`() throws {
        let breaker = CircuitBreaker(time: clock.source)
        var tries = 0
        let fail = {
            tries += 1
            throw away
        }
        #expect(breaker.state == .closed)
        for _ in 0..<5 { #expect(throws: CatalogError.self) { try breaker.run(fail) } }
        #expect(tries == 1)
        #expect(breaker.state == .open)
        clock.advance(by: .seconds(1))
        #expect(throws: CatalogError.self) { try breaker.run(fail) }
        #expect(tries == 2)
        // The pause has doubled.
        clock.advance(by: .seconds(0.9))
        #expect(throws: CatalogError.self) { try breaker.run(fail) }
        #expect(tries == 2)
        clock.advance(by: .seconds(1))
        #expect(try breaker.run { 7 } == 7)
        #expect(breaker.state == .closed)
    }

    @Test func `While one tries, the others do not wait`() throws {
        let breaker = CircuitBreaker(time: clock.source)
        #expect(throws: CatalogError.self) { try breaker.run { throw away } }
        clock.advance(by: .seconds(60))
        try breaker.run {
            #expect(breaker.state == .halfOpen)
            #expect(throws: CatalogError.self) { try breaker.run {} }
        }
    }

    @Test func `What is wrong with a file does not open it`() throws {
        let breaker = CircuitBreaker(time: clock.source)
        #expect(throws: CatalogError.self) { try breaker.run { throw CatalogError(.permissionDenied, "no") } }
        #expect(breaker.state == .closed)
    }
}
