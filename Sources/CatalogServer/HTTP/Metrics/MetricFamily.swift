/// Numbers of one name, with their values as they were when somebody looked.
package struct MetricFamily: Sendable {
    /// The two text forms that monitors read.
    package enum Format: Sendable {
        /// Version 0.0.4 of the form of Prometheus.
        case prometheus
        /// Version 1.0.0 of OpenMetrics.
        case openMetrics
    }

    let name: String
    let help: String
    /// `counter`, `gauge` or `histogram`; the name of a counter ends with `_total`.
    let kind: String
    /// One line each, without its end.
    let samples: [String]

    init(_ name: String, _ help: String, kind: String, samples: [String]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A family of gauges, each with its labels.
    init(gauge name: String, _ help: String, _ values: [(labels: [(String, String)], value: Int)]) {
        self.init(
            name, help, kind: "gauge",
            samples: values.map { sample in
                let labels = MetricLabels.text(sample.labels)
                return labels.isEmpty ? "\(name) \(sample.value)" : "\(name){\(labels)} \(sample.value)"
            })
    }

    /// The families in the order of their names; each must be there once.
    package static func text(of families: [MetricFamily], _ format: Format = .prometheus) -> String {
        var lines: [String] = []
        for family in families.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty {
            let dropsSuffix = format == .openMetrics && family.kind == "counter" && family.name.hasSuffix("_total")
            let name = dropsSuffix ? String(family.name.dropLast("_total".count)) : family.name
            lines.append("# HELP \(name) \(family.help)")
            lines.append("# TYPE \(name) \(family.kind)")
            lines += family.samples
        }
        if format == .openMetrics { lines.append("# EOF") }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Labels as both forms write them.
enum MetricLabels {
    static func text(_ labels: [(String, String)]) -> String {
        labels.map { "\($0.0)=\"\(escape($0.1))\"" }.joined(separator: ",")
    }

    private static func escape(_ value: String) -> String {
        value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
