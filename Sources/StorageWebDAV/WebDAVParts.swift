import CurlClient

/// Parts of files over HTTP.
///
/// *Source*: RFC 9110 section 14.
enum WebDAVParts {
    /// How files of a server are asked for.
    static func dialect(_ target: WebDAVTarget) -> CurlStreams.Dialect {
        CurlStreams.Dialect(knowsParts: true, connect: { try target.connection() }) { place, offset, count in
            var request = CurlRequest(target.url(place))
            request.from = offset
            request.count = count
            return request
        } begin: { answer, offset in
            try unwanted(answer, at: offset)
        }
    }

    /// - Returns: bytes before the part that was asked for: a server that knows no parts sends the file from its beginning.
    /// - Throws: `WebDAVFailure` when it is no part of the file.
    private static func unwanted(_ answer: CurlConnection.Answer, at offset: Int64) throws -> Int64 {
        switch answer.status {
        case 200: return offset
        case 206:
            guard first(of: answer.head) == offset else { throw WebDAVFailure(status: 502) }
            return 0
        default: throw WebDAVFailure(status: answer.status)
        }
    }

    /// The number of the first byte that a server says it sends.
    private static func first(of head: [UInt8]) -> Int64? {
        let lines = String(decoding: head, as: UTF8.self).lowercased().split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { $0.hasPrefix("content-range:") }) else { return nil }
        let words = line.split { " -/:".contains($0) }
        // content, range, bytes, the number.
        return words.count > 3 ? Int64(words[3]) : nil
    }
}
