import HTTPTypes

/// What may be written about a request's target: never a secret.
enum AccessLog {
    private static let mask = "***"
    /// Parts of parameter names whose values are secrets.
    private static let secretWords = [
        "pass", "pwd", "token", "ticket", "secret", "key", "signature", "credential", "jwt", "auth",
    ]

    /// The path and the query string, still percent-encoded, with the values of secrets masked.
    ///
    /// - Parameter secretPaths: what stands before the secrets of signed links, in the form of `secretPath`.
    static func maskedTarget(_ target: RequestTarget, endpoint: Endpoint?, secretPaths: [[UInt8]]) -> String {
        let path = maskedPath(target.path, endpoint, secretPaths)
        guard let query = target.query else { return path }
        // Byte by byte: a combining mark would make one character of itself and the sign before it.
        let parts = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { part in
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            guard name.endIndex != part.endIndex, isSecret(Substring(name)) else { return String(Substring(part)) }
            return "\(Substring(name))=\(mask)"
        }
        return "\(path)?\(parts.joined(separator: "&"))"
    }

    /// The token of a signed link is a part of its path, and whoever misspells the address or the method sends it too.
    private static func maskedPath(_ path: Substring, _ endpoint: Endpoint?, _ secretPaths: [[UInt8]]) -> String {
        if let endpoint {
            return endpoint.authentication == .signedLink ? endpoint.template.description : String(path)
        }
        guard let plain = PercentEncoding.decode(path.utf8) else { return secretPaths.isEmpty ? String(path) : mask }
        let folded = folded(plain)
        guard let prefix = secretPaths.first(where: folded.starts(with:)) else { return String(path) }
        return String(decoding: prefix, as: UTF8.self) + mask
    }

    /// The literal beginning of the template of a signed link, as paths are compared with it; nil for other endpoints.
    static func secretPath(of endpoint: Endpoint) -> [UInt8]? {
        guard endpoint.authentication == .signedLink else { return nil }
        let literals = endpoint.template.segments.prefix { if case .literal = $0 { true } else { false } }
        return folded(Array(PathTemplate(segments: Array(literals)).description.utf8)) + [UInt8(ascii: "/")]
    }

    /// A path as a person takes it, who does not see case or doubled slashes.
    private static func folded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in path where byte != UInt8(ascii: "/") || result.last != byte {
            result.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        }
        return result
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
