import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

@Suite struct MemoryRateLimiterTests {
    private let endpoint = Endpoint(.post, "/test", id: "test", "Test", tag: .health)
    private let rule = RateRule(name: "test", limit: 1)

    @Test func `A key is short however long its subject is, and still its own`() {
        let long = String(repeating: "x", count: 100_000)
        let keys = ["short", long, long + "y"].map { RateKey($0, endpoint: endpoint) }
        #expect(keys.allSatisfy { $0.text.utf8.count <= 200 })
        #expect(Set(keys).count == 3)
        #expect(RateKey(long, endpoint: endpoint) == keys[1])
    }

    @Test func `What nodes are told fits into signals, whatever clients call themselves`() throws {
        // In JSON each of these takes six bytes.
        let hostile = String(repeating: "\u{1}", count: 60)
        let keys = (0..<200).map { RateKey("\(hostile)\($0)", endpoint: endpoint) }
        let signals = SharedRateLimiter.signals(of: Dictionary(uniqueKeysWithValues: keys.map { ($0, 3) }))
        #expect(signals.allSatisfy { $0.text.utf8.count <= NodeSignal.textBytesMax - 50 })
        let told = try signals.map { signal -> [String: Int] in
            guard case .rateCounts(let json) = signal else { return [:] }
            return try JSONDecoder().decode([String: Int].self, from: Data(json.utf8))
        }
        #expect(Set(told.flatMap(\.keys)) == Set(keys.map(\.text)))
        #expect(told.flatMap(\.values).allSatisfy { $0 == 3 })
    }

    @Test func `What no longer counts is forgotten with the next new key`() {
        let clock = ManualClock()
        let limiter = MemoryRateLimiter(time: clock.source)
        for number in 0..<100 {
            _ = limiter.charge(RateKey("charge \(number)", endpoint: endpoint), rule)
            _ = limiter.remember(RateKey("mark \(number)", endpoint: endpoint))
        }
        clock.advance(by: .seconds(59))
        _ = limiter.charge(RateKey("late", endpoint: endpoint), rule)
        #expect(limiter.keyCount == 201)
        clock.advance(by: .seconds(1))
        _ = limiter.charge(RateKey("later", endpoint: endpoint), rule)
        #expect(limiter.keyCount == 2)
        #expect(!limiter.charge(RateKey("late", endpoint: endpoint), rule).isAllowed)
    }

    @Test func `A full table forgets some keys and never grows beyond its size`() {
        let clock = ManualClock()
        let limiter = MemoryRateLimiter(time: clock.source, keysMax: 8)
        for number in 0..<100 {
            clock.advance(by: .milliseconds(10))
            _ = limiter.charge(RateKey("\(number)", endpoint: endpoint), rule)
            #expect(limiter.keyCount <= 8)
        }
    }
}
