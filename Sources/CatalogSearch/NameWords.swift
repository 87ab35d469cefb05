import CatalogCore

/// How typed text is read: folded like the names, cut at white space into words that must all occur, in any order.
enum NameWords {
    /// The readings of `text`, best first; a later one counts only when the earlier ones match nothing.
    ///
    /// `%` and `_` are plain characters in the first; in the second, dots and underscores separate words like spaces. A
    /// name that holds U+201B shows it twice (`NameEncoding`), and who types it once means it at last.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a text or a number of words over the limits.
    static func readings(of text: String) throws -> [[[UInt8]]] {
        guard text.utf8.count <= Limits.searchQueryBytes else { throw tooLong("\(Limits.searchQueryBytes) bytes") }
        let readings = try readings(ofFolded: TextFold.fold(text))
        let quote: Unicode.Scalar = "\u{201B}"
        guard text.unicodeScalars.contains(quote) else { return readings }
        var doubled = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            doubled.append(scalar)
            if scalar == quote { doubled.append(scalar) }
        }
        return try readings + self.readings(ofFolded: TextFold.fold(String(doubled)))
    }

    private static func readings(ofFolded folded: String) throws -> [[[UInt8]]] {
        let words = split(folded) { $0.properties.isWhitespace }
        guard words.count <= Limits.searchWords else { throw tooLong("\(Limits.searchWords) different words") }
        guard words.contains(where: { $0.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") } }) else {
            return [bytes(words)]
        }
        let parts = split(folded) { $0.properties.isWhitespace || $0 == "." || $0 == "_" }
        // Only separators ("._"): without them there would be no word left, and every name would match.
        guard !parts.isEmpty, parts.count <= Limits.searchWords * 2 else { return [bytes(words)] }
        return [bytes(words), bytes(parts)]
    }

    /// Longest first, because the longest is the rarest on average; words inside other words ask nothing of their own.
    private static func bytes(_ words: Set<[UInt8]>) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for word in words.sorted(by: { $0.count > $1.count }) where !result.contains(where: { contains($0, word) }) {
            result.append(word)
        }
        return result
    }

    /// The words of `text`; a word that is said twice asks nothing more.
    private static func split(_ text: String, where isSeparator: (Unicode.Scalar) -> Bool) -> Set<[UInt8]> {
        Set(text.unicodeScalars.split(whereSeparator: isSeparator).map { Array(Substring($0).utf8) })
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= bytes.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)].elementsEqual(part) }
    }

    private static func tooLong(_ limit: String) -> CatalogError {
        CatalogError(
            .invalidArgument, "Invalid search parameters", details: ["details": .text("The query may have \(limit)")])
    }
}
