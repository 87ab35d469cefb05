import CatalogCore

/// Turns the text of a pattern into the steps of a `GlobPattern`, folded.
struct GlobParser {
    private let text: String
    private var rest: Substring.UnicodeScalarView
    private var steps: [GlobPattern.Step] = []
    /// Characters that mean themselves, folded together when the run ends, because folding may join them.
    private var run = String.UnicodeScalarView()

    /// - Throws: `CatalogError.invalidArgument` that quotes the pattern.
    static func steps(of text: String) throws -> [GlobPattern.Step] {
        guard text.utf8.count <= Limits.namePatternBytes, !text.isEmpty else {
            throw CatalogError(
                .invalidArgument, "A pattern must have 1 to \(Limits.namePatternBytes) bytes")
        }
        var parser = GlobParser(text: text, rest: text[...].unicodeScalars)
        return try parser.parse()
    }

    private init(text: String, rest: Substring.UnicodeScalarView) {
        self.text = text
        self.rest = rest
    }

    private mutating func parse() throws -> [GlobPattern.Step] {
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": star()
            case "?": append(.one)
            case "[": append(.set(try set()))
            default: run.append(scalar)
            }
        }
        endRun()
        return steps
    }

    private mutating func append(_ step: GlobPattern.Step) {
        endRun()
        steps.append(step)
    }

    private mutating func endRun() {
        steps += TextFold.fold(String(run)).unicodeScalars.map { .literal($0) }
        run = String.UnicodeScalarView()
    }

    private mutating func star() {
        let beginsName = run.isEmpty ? isAfterDirectories : run.last == "/"
        guard rest.first == "*" else { return append(.withinName) }
        while rest.first == "*" { rest.removeFirst() }
        guard beginsName, rest.first == "/" else { return append(.anything) }
        rest.removeFirst()
        append(.directories)
        append(.insideDirectory)
    }

    /// Whether a name begins here because nothing but `**/` is before it.
    private var isAfterDirectories: Bool {
        guard let last = steps.last else { return true }
        if case .insideDirectory = last { return true }
        return false
    }

    /// What stands between `[` and `]`; a `]` that comes first is a character like others.
    private mutating func set() throws -> ScalarSet {
        var set = ScalarSet()
        if rest.first == "!" || rest.first == "^" {
            rest.removeFirst()
            set.isNegated = true
        }
        var isFirst = true
        while let scalar = rest.popFirst() {
            if scalar == "]", !isFirst { return set }
            isFirst = false
            let low = GlobParser.folded(scalar)
            guard rest.first == "-", let end = rest.dropFirst().first, end != "]" else {
                set.ranges.append(low...low)
                continue
            }
            rest.removeFirst(2)
            let high = GlobParser.folded(end)
            guard low <= high else { throw invalid("the range \(scalar)-\(end) is the wrong way round") }
            set.ranges.append(low...high)
        }
        throw invalid("a ] is missing")
    }

    /// One character can only be compared with one: what folds to several stays as it is.
    private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
        let folded = TextFold.fold(String(Character(scalar))).unicodeScalars
        guard let first = folded.first, folded.count == 1 else { return scalar.value }
        return first.value
    }

    private func invalid(_ reason: String) -> CatalogError {
        CatalogError(.invalidArgument, "Invalid pattern \"\(text)\": \(reason)")
    }
}
