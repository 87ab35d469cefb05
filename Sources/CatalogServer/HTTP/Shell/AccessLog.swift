import HTTPTypes

/// What may be written about a request's target: never a secret.
enum AccessLog {
    private static let mask = "***"
    /// Parts of parameter names whose values are secrets.
    private static let secretWords = [
        "password", "passwd", "token", "ticket", "secret", "key", "signature", "credential",
    ]

    /// The path and the query string, still percent-encoded, with the values of secrets masked.
    static func maskedTarget(_ target: RequestTarget, endpoint: Endpoint?) -> String {
        // The token of a signed link is a part of its path.
        let hidesPath = endpoint?.authentication == .signedLink
        let path = hidesPath ? endpoint.map { $0.template.description } ?? mask : String(target.path)
        guard let query = target.query else { return path }
        let parts = query.split(separator: "&", omittingEmptySubsequences: false).map { part -> String in
            let name = part.prefix { $0 != "=" }
            guard name.endIndex != part.endIndex, isSecret(name) else { return String(part) }
            return "\(name)=\(mask)"
        }
        return "\(path)?\(parts.joined(separator: "&"))"
    }

    /// The name is decoded first: `passw%6Frd` is a password too.
    private static func isSecret(_ rawName: Substring) -> Bool {
        guard let bytes = PercentEncoding.decode(rawName.utf8, plusIsSpace: true) else { return true }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        return secretWords.contains { name.contains($0) }
    }
}

extension String {
    /// Whether `needle` stands anywhere in this text.
    fileprivate func contains(_ needle: String) -> Bool {
        let words = Array(needle.utf8)
        let all = Array(utf8)
        guard all.count >= words.count else { return false }
        return (0...(all.count - words.count)).contains { all[$0..<($0 + words.count)].elementsEqual(words) }
    }
}
