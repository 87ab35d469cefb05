import CatalogCore
import CatalogSettings
import Logging

/// One event of the log, ready to be written.
struct LogLine {
    let microseconds: Int64
    let level: Logger.Level
    let component: String
    let message: String
    /// Sorted by key, already redacted.
    let fields: [(key: String, value: String)]

    /// What a line itself uses; a field of the same name gets an underscore behind it.
    private static let ownKeys: Set<String> = ["time", "level", "component", "msg"]

    /// One JSON object: `time`, `level`, `component`, `msg`, then the fields.
    var json: String {
        var out = "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"component\":"
        Self.append(component, to: &out)
        out += ",\"msg\":"
        Self.append(message, to: &out)
        for field in fields {
            out += ","
            Self.append(Self.ownKeys.contains(field.key) ? field.key + "_" : field.key, to: &out)
            out += ":"
            Self.append(field.value, to: &out)
        }
        return out + "}"
    }

    /// For people: `10:30:00.123 info  http  message  key=value`.
    func text(usesColor: Bool) -> String {
        let levelText = level.rawValue + String(repeating: " ", count: max(0, 8 - level.rawValue.count))
        let coloredLevel = usesColor ? "\u{1B}[\(color)m\(levelText)\u{1B}[0m" : levelText
        let tail = fields.map { " \($0.key)=\(Self.quoted($0.value))" }.joined()
        return "\(time.dropFirst(11).dropLast()) \(coloredLevel) \(component): \(TerminalText.safe(message))\(tail)"
    }

    /// RFC 3339 with milliseconds.
    private var time: String {
        let milliseconds = String((microseconds % 1_000_000 + 1_000_000) % 1_000_000 / 1_000)
        let padding = String(repeating: "0", count: 3 - milliseconds.count)
        return Timestamp.text(microseconds: microseconds).dropLast() + "." + padding + milliseconds + "Z"
    }

    private var color: Int {
        switch level {
        case .trace, .debug: 90
        case .info, .notice: 36
        case .warning: 33
        case .error, .critical: 31
        }
    }

    /// A value as one word, so that no value can look like another field.
    private static func quoted(_ value: String) -> String {
        guard value.isEmpty || value.unicodeScalars.contains(where: needsQuotes) else {
            return TerminalText.safe(value)
        }
        let escaped = value.unicodeScalars.reduce(into: String.UnicodeScalarView()) { text, scalar in
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return "\"\(TerminalText.safe(String(escaped)))\""
    }

    private static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\"" || scalar == "\\" || scalar.properties.isWhitespace
    }

    /// Appends a JSON string (RFC 8259 section 7).
    private static func append(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
