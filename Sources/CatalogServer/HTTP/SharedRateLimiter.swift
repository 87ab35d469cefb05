package import CatalogDatabase
import Foundation
import Synchronization

/// Counts requests in memory, together with the other nodes over the same database: each tells now and then what it has counted.
///
/// So a limit holds for all of them, but for what a client sends to several nodes within one moment
/// (`NodeSignals.gatherInterval`).
package struct SharedRateLimiter: RateLimiting {
    /// Keys that are told of a moment: those with the most requests; of the others too few came to matter.
    private static let keysMax = 1_000
    /// Bytes of one signal, with room for what the database puts before it. A single key is far below.
    private static let signalBytesMax = NodeSignal.textBytesMax - 100

    private let counts: MemoryRateLimiter

    /// - Parameter nodes: carries the counts; nil for a server that is alone.
    package init(_ counts: MemoryRateLimiter = MemoryRateLimiter(), nodes: NodeSignals?) {
        self.counts = counts
        guard let nodes, nodes.reachesOthers else { return }
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

    /// What other nodes are told of requests by key: each signal short enough to be sent.
    package static func signals(of charges: [RateKey: Int]) -> [NodeSignal] {
        signals(of: charges.sorted { $0.value > $1.value }.prefix(keysMax))
    }

    /// As many signals as it takes: a key may be long in JSON, since clients choose what is in it.
    private static func signals(of charges: ArraySlice<(key: RateKey, value: Int)>) -> [NodeSignal] {
        let counts = Dictionary(charges.map { ($0.key.text, $0.value) }, uniquingKeysWith: +)
        guard !counts.isEmpty, let json = try? JSONEncoder().encode(counts) else { return [] }
        if json.count <= signalBytesMax { return [.rateCounts(String(decoding: json, as: UTF8.self))] }
        guard charges.count > 1 else { return [] }
        let half = charges.count / 2
        return signals(of: charges.prefix(half)) + signals(of: charges.dropFirst(half))
    }

    private static func read(_ json: String) -> [RateKey: Int] {
        let counts = (try? JSONDecoder().decode([String: Int].self, from: Data(json.utf8))) ?? [:]
        return Dictionary(counts.map { (RateKey(text: $0.key), $0.value) }, uniquingKeysWith: +)
    }
}
