package import CatalogCore
import Synchronization

/// Counts requests in memory: a sliding window of sixty seconds for each key, in a table of bounded size.
package final class MemoryRateLimiter: RateLimiting {
    /// Requests of one key that came within one second.
    private struct Bucket {
        let startedAt: Int64
        /// The bucket counts until the last of its requests is sixty seconds old, so that no window ever holds too many.
        var lastAt: Int64
        var count: Int
    }

    private struct Table {
        var buckets: [RateKey: [Bucket]] = [:]
        var marks: [RateKey: Int64] = [:]
        /// Requests that were counted since `takeCharges`, where anybody wants to know.
        var charges: [RateKey: Int] = [:]
        var sweptAt: Int64 = 0
    }

    private static let second: Int64 = 1_000_000
    private static let window = RateRule.windowSeconds * second
    /// Requests of one key that another node may have let pass within a moment: no limit is higher.
    private static let absorbedMax = 100_000

    private let table = Mutex(Table())
    private let time: TimeSource
    private let keysMax: Int
    /// Whether what is counted here is kept for `takeCharges`.
    let keepsCharges = Atomic(false)

    /// - Parameters:
    ///   - time: should never jump: `TimeSource.monotonic`.
    ///   - keysMax: keys that are remembered; the ones that were quiet longest are forgotten first.
    package init(time: TimeSource = .monotonic, keysMax: Int = Limits.rateLimitKeys) {
        self.time = time
        self.keysMax = keysMax
    }

    package func charge(_ key: RateKey, _ rule: RateRule) -> RateDecision {
        decide(key, rule, counting: true)
    }

    package func peek(_ key: RateKey, _ rule: RateRule) -> RateDecision {
        decide(key, rule, counting: false)
    }

    package func remember(_ mark: RateKey) -> Bool {
        let now = time.now
        return table.withLock { table in
            if let seen = table.marks[mark], now - seen < MemoryRateLimiter.window { return false }
            sweep(&table, now)
            if table.marks.count >= keysMax {
                let quietest = Array(table.marks.values).sorted()[keysMax / 4]
                table.marks = table.marks.filter { $0.value > quietest }
            }
            table.marks[mark] = now
            return true
        }
    }

    private func decide(_ key: RateKey, _ rule: RateRule, counting: Bool) -> RateDecision {
        let now = time.now
        return table.withLock { table in
            var buckets = table.buckets[key] ?? []
            buckets.removeAll { now - $0.lastAt >= MemoryRateLimiter.window }
            let used = buckets.reduce(0) { $0 + $1.count }
            let isAllowed = used < rule.limit
            if isAllowed, counting {
                add(1, to: &buckets, now)
                keep(buckets, of: key, in: &table, now)
                if keepsCharges.load(ordering: .relaxed), table.charges.count < keysMax {
                    table.charges[key, default: 0] += 1
                }
            }
            let taken = used + (isAllowed && counting ? 1 : 0)
            let freeAt = (isAllowed ? buckets.last : buckets.first).map { $0.lastAt + MemoryRateLimiter.window } ?? now
            let seconds = (freeAt - now + MemoryRateLimiter.second - 1) / MemoryRateLimiter.second
            return RateDecision(
                isAllowed: isAllowed, remaining: max(0, rule.limit - taken),
                resetSeconds: max(isAllowed ? 0 : 1, seconds))
        }
    }

    /// What was counted since the last call, where `keepsCharges` says that anybody asks.
    func takeCharges() -> [RateKey: Int] {
        table.withLock { table in
            defer { table.charges.removeAll(keepingCapacity: true) }
            return table.charges
        }
    }

    /// Counts requests that another node has let pass.
    func absorb(_ counts: [RateKey: Int]) {
        let now = time.now
        table.withLock { table in
            for (key, count) in counts {
                var buckets = table.buckets[key] ?? []
                buckets.removeAll { now - $0.lastAt >= MemoryRateLimiter.window }
                add(max(0, min(count, MemoryRateLimiter.absorbedMax)), to: &buckets, now)
                keep(buckets, of: key, in: &table, now)
            }
        }
    }

    private func add(_ count: Int, to buckets: inout [Bucket], _ now: Int64) {
        if let last = buckets.indices.last, now - buckets[last].startedAt < MemoryRateLimiter.second {
            buckets[last].lastAt = now
            buckets[last].count += count
        } else {
            buckets.append(Bucket(startedAt: now, lastAt: now, count: count))
        }
    }

    private func keep(_ buckets: [Bucket], of key: RateKey, in table: inout Table, _ now: Int64) {
        if table.buckets[key] == nil {
            sweep(&table, now)
            makeRoom(&table)
        }
        table.buckets[key] = buckets
    }

    /// How many keys and marks are remembered now.
    package var keyCount: Int { table.withLock { $0.buckets.count + $0.marks.count } }

    /// Forgets, once in a window, what no longer counts: memory follows the traffic of the last two minutes.
    private func sweep(_ table: inout Table, _ now: Int64) {
        guard now - table.sweptAt >= MemoryRateLimiter.window else { return }
        table.sweptAt = now
        table.buckets = table.buckets.filter { now - Self.lastAt($0.value) < MemoryRateLimiter.window }
        table.marks = table.marks.filter { now - $0.value < MemoryRateLimiter.window }
    }

    /// Forgets the quarter of a full table that was quiet longest.
    private func makeRoom(_ table: inout Table) {
        guard table.buckets.count >= keysMax else { return }
        let quietest = table.buckets.values.map(Self.lastAt).sorted()[keysMax / 4]
        table.buckets = table.buckets.filter { Self.lastAt($0.value) > quietest }
    }

    private static func lastAt(_ buckets: [Bucket]) -> Int64 {
        buckets.last?.lastAt ?? 0
    }
}
