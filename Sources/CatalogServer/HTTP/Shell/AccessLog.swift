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
    static func maskedTarget(_ target: RequestTarget, endpoint: Endpoint?, secrets: SecretPlaces) -> String {
        let path = maskedPath(target.path, endpoint, secrets.paths)
        guard let query = target.query else { return path }
        if endpoint?.hidesQuery ?? hidesQuery(target.path, secrets) { return "\(path)?\(mask)" }
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

    /// Whoever misspells the address or the method sends the same query string.
    private static func hidesQuery(_ path: Substring, _ secrets: SecretPlaces) -> Bool {
        guard !secrets.queries.isEmpty else { return false }
        guard let plain = PercentEncoding.decode(path.utf8) else { return true }
        return secrets.queries.contains(where: folded(plain).starts(with:))
    }

    /// A path as a person takes it, who does not see case or doubled slashes.
    fileprivate static func folded(_ path: [UInt8]) -> [UInt8] {
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

/// Where secrets stand in the addresses of some endpoints, as beginnings of paths.
struct SecretPlaces: Sendable {
    /// Before the tokens of signed links.
    let paths: [[UInt8]]
    /// Of paths whose whole query string is secret; their neighbours count too.
    let queries: [[UInt8]]

    init(_ endpoints: [Endpoint]) {
        paths = endpoints.filter { $0.authentication == .signedLink }.map { Self.literals($0.template.segments) }
        queries = Array(Set(endpoints.filter(\.hidesQuery).map { Self.literals($0.template.segments.dropLast()) }))
    }

    /// The literal beginning of a template, as paths are compared with it.
    private static func literals(_ segments: some Sequence<PathTemplate.Segment>) -> [UInt8] {
        let literals = segments.prefix { if case .literal = $0 { true } else { false } }
        return AccessLog.folded(Array(PathTemplate(segments: Array(literals)).description.utf8)) + [UInt8(ascii: "/")]
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
