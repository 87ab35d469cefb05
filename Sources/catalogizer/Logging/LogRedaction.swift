import CatalogSettings
import Glibc

/// Keeps secrets out of the log, whoever wrote the line.
///
/// Every field of every request passes here, so texts are looked through as bytes.
struct LogRedaction: Sendable {
    /// Parts of keys whose values are never written.
    private static let secretKeys = ["password", "secret", "token", "authorization", "cookie", "api_key", "master_key"]
        .map { Array($0.utf8) }
    private static let schemeMark = Array("://".utf8)
    private let secrets: [(text: String, bytes: [UInt8])]

    /// - Parameter secrets: texts to hide wherever they occur.
    init(secrets: [SecretText] = []) {
        self.secrets = secrets.map(\.exposed).filter { !$0.isEmpty }.map { ($0, Array($0.utf8)) }
    }

    /// The value of a field as it may be written.
    func value(_ value: String, of key: String) -> String {
        let lowered = key.lowercased()
        return Self.secretKeys.contains { Self.contains(lowered, $0) } ? SecretText.mask : text(value)
    }

    /// Any text as it may be written.
    func text(_ text: String) -> String {
        var result = Self.contains(text, Self.schemeMark) ? URLPassword.masked(text) : text
        for secret in secrets where Self.contains(result, secret.bytes) {
            result = result.replacing(secret.text, with: SecretText.mask)
        }
        return result
    }

    private static func contains(_ text: String, _ needle: [UInt8]) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = needle.first, bytes.count >= needle.count else { return false }
            return needle.withUnsafeBytes { wanted in
                guard let start = bytes.baseAddress, let sought = wanted.baseAddress else { return false }
                for place in 0...(bytes.count - needle.count) where bytes[place] == first {
                    if memcmp(start + place, sought, needle.count) == 0 { return true }
                }
                return false
            }
        }
    }
}
