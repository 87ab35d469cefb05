import CatalogCore
import Synchronization

/// Every number that the server publishes, as families of one name with labels each.
package final class MetricsRegistry: Sendable {
    private struct Family {
        let help: String
        let kind: String
        /// By rendered labels, in the order they came.
        var order: [String] = []
        var metrics: [String: any Metric] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    /// A registry without any metric.
    package init() {}

    /// A number that only grows.
    ///
    /// Its name has the unit and `_total` at its end. Values of labels come from closed lists, never from a request.
    package func counter(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Counter {
        find(name, help, "counter", labels) { Counter() }
    }

    /// A number that goes up and down.
    package func gauge(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Gauge {
        find(name, help, "gauge", labels) { Gauge() }
    }

    /// Counts of values by size; `bounds` are the upper bounds of the buckets, growing, and one without a bound is added.
    package func histogram(
        _ name: String, _ help: String, _ labels: [(String, String)] = [], bounds: [Double]
    ) -> Histogram {
        find(name, help, "histogram", labels) { Histogram(bounds: bounds) }
    }

    /// A number that is asked for whenever somebody looks; `read` must not block.
    package func reading(
        _ name: String, _ help: String, _ labels: [(String, String)] = [], _ read: @escaping @Sendable () -> Double
    ) {
        _ = find(name, help, name.hasSuffix("_total") ? "counter" : "gauge", labels) { Reading(read) }
    }

    /// The metric with these labels, made when it is new.
    ///
    /// Beyond `Limits.metricLabelSets` new ones count into nothing that is published: a bound on memory, which closed
    /// lists of labels never reach.
    private func find<M: Metric>(
        _ name: String, _ help: String, _ kind: String, _ labels: [(String, String)], _ make: () -> M
    ) -> M {
        let key = MetricLabels.text(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help, kind: kind)
            if let known = family.metrics[key] as? M { return known }
            let metric = make()
            guard family.order.count < Limits.metricLabelSets, family.metrics[key] == nil else { return metric }
            family.order.append(key)
            family.metrics[key] = metric
            families[name] = family
            return metric
        }
    }

    /// Everything as it is now.
    package func snapshot() -> [MetricFamily] {
        families.withLock { $0 }.map { name, family in
            var lines: [String] = []
            for labels in family.order { family.metrics[labels]?.write(name, labels, &lines) }
            return MetricFamily(name, family.help, kind: family.kind, samples: lines)
        }
    }

    /// The text format 0.0.4 of Prometheus.
    package func text() -> String { MetricFamily.text(of: snapshot()) }
}

/// One number, or one set of buckets, that can print itself.
protocol Metric: Sendable {
    func write(_ name: String, _ labels: String, _ lines: inout [String])
}

extension Metric {
    func line(_ name: String, _ labels: String, _ value: Double) -> String {
        let number = value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
        return labels.isEmpty ? "\(name) \(number)" : "\(name){\(labels)} \(number)"
    }
}

/// A number that only grows.
package final class Counter: Metric {
    private let value = Atomic<UInt64>(0)

    /// Counts `amount` more.
    package func increment(by amount: UInt64 = 1) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func write(_ name: String, _ labels: String, _ lines: inout [String]) {
        lines.append(line(name, labels, Double(value.load(ordering: .relaxed))))
    }
}

/// A number that goes up and down.
package final class Gauge: Metric {
    private let value = Atomic<Int64>(0)

    /// Goes up by `amount`, or down by a negative one.
    package func add(_ amount: Int64) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Becomes `newValue`, whatever it was.
    package func set(_ newValue: Int64) {
        value.store(newValue, ordering: .relaxed)
    }

    func write(_ name: String, _ labels: String, _ lines: inout [String]) {
        lines.append(line(name, labels, Double(value.load(ordering: .relaxed))))
    }
}

/// A number that is read when it is printed.
final class Reading: Metric {
    private let read: @Sendable () -> Double

    init(_ read: @escaping @Sendable () -> Double) {
        self.read = read
    }

    func write(_ name: String, _ labels: String, _ lines: inout [String]) {
        lines.append(line(name, labels, read()))
    }
}

/// Counts of values by size.
package final class Histogram: Metric {
    private struct State {
        var counts: [UInt64]
        var sum: Double = 0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    /// Counts one value, in the unit of the histogram's name.
    package func observe(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: String, _ lines: inout [String]) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            lines.append("\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)")
        }
        lines.append(line(name + "_sum", labels, sum))
        lines.append(line(name + "_count", labels, Double(total)))
    }
}
