import CatalogCore
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
        } begin: { answer, offset, fileBytes in
            let head = Head(answer.head)
            let size = answer.status == 206 ? head.range?.fileBytes : answer.status == 200 ? head.contentBytes : nil
            if let size, size != fileBytes {
                let cause = "another file has the name now: \(size) bytes, not \(fileBytes)"
                throw CatalogError(.notFound, "Path not found", cause: cause)
            }
            return try unwanted(answer, head, at: offset)
        }
    }

    /// - Returns: bytes before the part that was asked for: a server that knows no parts sends the file from its beginning.
    /// - Throws: `WebDAVFailure` when it is no part of the file.
    private static func unwanted(
        _ answer: CurlConnection.Answer, _ head: Head, at offset: Int64
    ) throws -> Int64 {
        switch answer.status {
        case 200: return offset
        case 206:
            guard head.range?.first == offset else { throw WebDAVFailure(status: 502) }
            return 0
        default: throw WebDAVFailure(status: answer.status)
        }
    }

    /// What an answer says of its bytes.
    private struct Head {
        /// Bytes of the body; nil when it does not say.
        var contentBytes: Int64?
        /// Of a part: its first byte, and bytes of the whole file, nil when the server does not know.
        var range: (first: Int64, fileBytes: Int64?)?

        init(_ head: [UInt8]) {
            for line in String(decoding: head, as: UTF8.self).lowercased().split(whereSeparator: \.isNewline) {
                let words = line.split { " -/:".contains($0) }
                // Another answer begins; what the ones before said, as the one that wants a login, is over.
                if line.hasPrefix("http/") { (contentBytes, range) = (nil, nil) }
                if line.hasPrefix("content-length:") { contentBytes = words.last.flatMap { Int64($0) } }
                // content, range, bytes, first, last, all.
                if line.hasPrefix("content-range:"), words.count > 3, let first = Int64(words[3]) {
                    range = (first, words.count > 5 ? Int64(words[5]) : nil)
                }
            }
        }
    }
}
