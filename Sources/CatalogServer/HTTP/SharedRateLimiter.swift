import CatalogDatabase
import Foundation
import Synchronization

/// Counts requests in memory, together with the other nodes over the same database: each tells now and then what it has counted.
///
/// So a limit holds for all of them, but for what a client sends to several nodes within one moment
/// (`NodeSignals.gatherInterval`).
package struct SharedRateLimiter: RateLimiting {
    /// Keys of one signal: those with the most requests of a moment; of the others too few came to matter.
    private static let keysPerSignal = 40
    private static let keysMax = 1_000

    private let counts: MemoryRateLimiter

    /// - Parameter nodes: carries the counts; nil for a server that is alone.
    package init(_ counts: MemoryRateLimiter = MemoryRateLimiter(), nodes: NodeSignals?) {
        self.counts = counts
        guard let nodes else { return }
        counts.keepsCharges.store(true, ordering: .relaxed)
        nodes.addSource { Self.signals(of: counts.takeCharges()) }
        nodes.onNews { news in
            guard case .signal(.rateCounts(let json)) = news else { return }
            counts.absorb(Self.read(json))
        }
    }

    package func charge(_ key: RateKey, _ rule: RateRule) async -> RateDecision { counts.charge(key, rule) }
    package func peek(_ key: RateKey, _ rule: RateRule) async -> RateDecision { counts.peek(key, rule) }
    package func remember(_ mark: RateKey) async -> Bool { counts.remember(mark) }

    private static func signals(of charges: [RateKey: Int]) -> [NodeSignal] {
        let most = charges.sorted { $0.value > $1.value }.prefix(keysMax)
        return stride(from: 0, to: most.count, by: keysPerSignal).compactMap { start in
            let part = most[start..<min(start + keysPerSignal, most.count)].map { ($0.key.text, $0.value) }
            let json = try? JSONEncoder().encode(Dictionary(part, uniquingKeysWith: +))
            return json.map { .rateCounts(String(decoding: $0, as: UTF8.self)) }
        }
    }

    private static func read(_ json: String) -> [RateKey: Int] {
        let counts = (try? JSONDecoder().decode([String: Int].self, from: Data(json.utf8))) ?? [:]
        return Dictionary(counts.map { (RateKey(text: $0.key), $0.value) }, uniquingKeysWith: +)
    }
}
