import CatalogCore
import Glibc

/// The names that a scan passes over wherever they are (setting `scan.skip_names`).
///
/// It is asked for every name of a scan, so plain names and plain beginnings (`.Trash-*`) are compared byte by byte,
/// and only where the first byte fits; the case of ASCII letters counts for nothing. Only a list that has a pattern with
/// other letters or other wildcards pays for folding every name.
struct SkipNames: Sendable {
    private struct Literal: Sendable {
        let offset: Int
        let length: Int
        let isPrefix: Bool
    }

    private var literals: [Literal] = []
    /// The bytes of all literals, in lower case.
    private var bytes: [UInt8] = []
    /// Which ASCII bytes, in lower case, a literal begins with: one bit for each.
    private var firstBytesLow: UInt64 = 0
    private var firstBytesHigh: UInt64 = 0
    private var globs: [GlobPattern] = []

    /// - Throws: `CatalogError.invalidArgument` that quotes the pattern.
    init(_ patterns: [String]) throws {
        for pattern in patterns {
            guard !pattern.utf8.contains(UInt8(ascii: "/")) else {
                throw CatalogError(.invalidArgument, "A name to skip has no slash: \"\(pattern)\"")
            }
            let isPrefix = pattern.hasSuffix("*") && pattern.utf8.count > 1
            let plain = isPrefix ? pattern.dropLast() : pattern[...]
            let isPlain = plain.utf8.allSatisfy { $0 < 0x80 && !SkipNames.wildcards.contains($0) }
            if isPlain, !plain.isEmpty {
                add(Array(plain.utf8), isPrefix: isPrefix)
            } else {
                globs.append(try GlobPattern(pattern))
            }
        }
    }

    /// Whether a scan passes over `name`.
    func skips(_ name: UnsafeRawBufferPointer) -> Bool {
        guard let first = name.first else { return false }
        let byte = SkipNames.lowercased(first)
        let bits = byte < 64 ? firstBytesLow : byte < 128 ? firstBytesHigh : 0
        if bits >> UInt64(byte & 63) & 1 == 1, matchesLiteral(name) { return true }
        guard !globs.isEmpty else { return false }
        let text = NamePatterns.foldedText(of: name)
        return globs.contains { $0.matches(text) }
    }

    private static let wildcards = Set("*?[".utf8)

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    private mutating func add(_ plain: [UInt8], isPrefix: Bool) {
        let lower = plain.map { SkipNames.lowercased($0) }
        literals.append(Literal(offset: bytes.count, length: lower.count, isPrefix: isPrefix))
        bytes += lower
        let bit: UInt64 = 1 << UInt64(lower[0] & 63)
        if lower[0] < 64 { firstBytesLow |= bit } else { firstBytesHigh |= bit }
    }

    private func matchesLiteral(_ name: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            literals.contains { literal in
                guard literal.isPrefix ? name.count >= literal.length : name.count == literal.length else {
                    return false
                }
                for index in 0..<literal.length
                where SkipNames.lowercased(name[index]) != bytes[literal.offset + index] {
                    return false
                }
                return true
            }
        }
    }
}
