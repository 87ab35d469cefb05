import CatalogCore
import CatalogStorage
import CurlClient

/// A connection to a WebDAV server, which one thread at a time has.
final class WebDAVConnection: FileConnection {
    private static let wanted = Array(
        """
        <?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/>\
        <D:getlastmodified/></D:prop></D:propfind>
        """.utf8)

    let target: WebDAVTarget
    private let connection: CurlConnection

    /// Connects, logs in and looks at the root.
    ///
    /// - Throws: `CurlFailure`; `WebDAVFailure`.
    init(_ target: WebDAVTarget) throws {
        self.target = target
        connection = try target.connection()
        _ = try properties(target.path, isDirectory: true, depth: 0) { _ in }
        target.learn(from: connection)
    }

    /// Never: a broken connection makes an error, and the library connects anew.
    var isGone: Bool { false }

    /// Calls `body` for everything in a collection.
    ///
    /// - Returns: the collection itself; nil when the server does not list it, or it is none.
    func list(_ place: [UInt8], _ body: (WebDAVAddress, Multistatus.Response) throws -> Void) throws -> StorageEntry? {
        var itself: StorageEntry?
        _ = try properties(place, isDirectory: true, depth: 1) { response in
            let address = WebDAVAddress(response.href, in: place, authority: target.authority)
            guard address == .itself else { return try body(address, response) }
            if response.isCollection { itself = StorageEntry(response) }
        }
        return itself
    }

    /// What is at a place.
    func look(_ place: [UInt8]) throws -> StorageEntry {
        var found: StorageEntry?
        let ask = { [self] (isDirectory: Bool) in
            try properties(place, isDirectory: isDirectory, depth: 0) { response in
                found = found ?? StorageEntry(response)
            }
        }
        do {
            try ask(place == target.path)
        } catch let failure as WebDAVFailure where (300..<400).contains(failure.status) {
            // Some servers know collections by their slash only.
            try ask(true)
        }
        guard let found else { throw WebDAVFailure(status: 404) }
        return found
    }

    // MARK: Files

    struct File: OpenRemoteFile {
        let url: [UInt8]
        let entry: StorageEntry
    }

    func open(_ place: [UInt8]) throws -> File { File(url: target.url(place), entry: try look(place)) }

    func close(_ file: File) {}

    func read(_ file: File, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var request = CurlRequest(file.url)
        request.range = offset...(offset + Int64(buffer.count) - 1)
        var filled = 0
        // A server that knows no ranges sends the file from its beginning.
        var unwanted = offset
        let answer: CurlConnection.Answer
        do {
            answer = try connection.perform(request) { status, bytes in
                guard status == 200 || status == 206 else { return }
                let skipped = status == 206 ? 0 : Int(min(unwanted, Int64(bytes.count)))
                unwanted -= Int64(skipped)
                let count = min(bytes.count - skipped, buffer.count - filled)
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[skipped..<skipped + count]))
                filled += count
                if filled == buffer.count, status == 200 { throw Enough() }
            }
        } catch is Enough {
            return filled
        }
        switch answer.status {
        case 200: return filled
        case 206: return try Self.begins(answer.head, at: offset) ? filled : { throw WebDAVFailure(status: 502) }()
        case 416: return 0
        default: throw WebDAVFailure(status: answer.status)
        }
    }

    private struct Enough: Error {}

    /// Whether the part that came is the one that was asked for.
    private static func begins(_ head: [UInt8], at offset: Int64) -> Bool {
        let lines = String(decoding: head, as: UTF8.self).lowercased().split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { $0.hasPrefix("content-range:") }),
            let first = line.split(whereSeparator: { " -/:".contains($0) }).dropFirst(3).first
        else { return false }
        return Int64(first) == offset
    }

    // MARK: Requests

    /// Sends a request without a body, and says what came of it.
    func send(
        _ method: String, _ place: [UInt8], isDirectory: Bool = false, headers: [String] = [],
        silenceSeconds: Int? = nil
    ) throws -> Int {
        var request = CurlRequest(target.url(place, isDirectory: isDirectory), .custom(method, body: []))
        request.headers = headers
        request.silenceSeconds = silenceSeconds
        return try connection.perform(request).status
    }

    private func properties(
        _ place: [UInt8], isDirectory: Bool, depth: Int, _ body: (Multistatus.Response) throws -> Void
    ) throws {
        try withoutActuallyEscaping(body) { body in
            let reader = try Multistatus(body)
            var request = CurlRequest(
                target.url(place, isDirectory: isDirectory), .custom("PROPFIND", body: Self.wanted))
            request.headers = ["Depth: \(depth)", "Content-Type: application/xml; charset=utf-8", "Expect:"]
            let answer = try connection.perform(request) { status, bytes in
                if status == 207 { try reader.take(bytes) }
            }
            guard answer.status == 207 else { throw WebDAVFailure(status: answer.status) }
            try reader.finish()
        }
    }
}

extension StorageEntry {
    init(_ response: Multistatus.Response) {
        self.init(kind: response.isCollection ? .directory : .file)
        modifiedNS = response.modifiedNS
        if !response.isCollection { sizeBytes = response.sizeBytes }
    }
}
