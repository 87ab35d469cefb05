import Foundation

/// One object on one line, with keys in snake case, for scripts.
enum JSONLine {
    /// - Throws: `EncodingError` for numbers that JSON cannot say.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
