import CatalogSettings

/// Keeps secrets out of the log, whoever wrote the line.
struct LogRedaction: Sendable {
    /// Parts of keys whose values are never written.
    private static let secretKeys = ["password", "secret", "token", "authorization", "cookie", "api_key", "master_key"]
    private let secrets: [String]

    /// - Parameter secrets: texts to hide wherever they occur.
    init(secrets: [SecretText] = []) {
        self.secrets = secrets.map(\.exposed).filter { !$0.isEmpty }
    }

    /// The value of a field as it may be written.
    func value(_ value: String, of key: String) -> String {
        let lowered = key.lowercased()
        return Self.secretKeys.contains { lowered.contains($0) } ? SecretText.mask : text(value)
    }

    /// Any text as it may be written.
    func text(_ text: String) -> String {
        var result = text.contains("://") ? URLPassword.masked(text) : text
        for secret in secrets where result.contains(secret) {
            result = result.replacing(secret, with: SecretText.mask)
        }
        return result
    }
}
