import CatalogCore
import CatalogStorage
import CurlClient

/// A connection to a WebDAV server, which one thread at a time has.
final class WebDAVConnection: Sendable {
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
        do { try lookAtRoot() } catch let failure as WebDAVFailure
            where failure.status == 401 && target.forgetAuthentication()
        {
            connection.useAuthentication(.any)
            try lookAtRoot()
        }
        target.learn(from: connection)
    }

    private func lookAtRoot() throws { try properties(target.path, isDirectory: true, depth: 0) { _ in } }

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

    /// The same, or nothing where nothing is.
    func found(_ place: [UInt8]) throws -> StorageEntry? {
        do {
            return try look(place)
        } catch let failure as WebDAVFailure where failure.error("", place).code == .notFound {
            return nil
        }
    }

    /// As `CurlConnection.patience`.
    func patience(forBytes bytes: Int64) -> Int { connection.patience(forBytes: bytes) }

    // MARK: Requests

    /// Sends a request without a body, and says what came of it.
    ///
    /// - Parameter onWait: called at least each second until it is answered; what it throws ends it.
    func send(
        _ method: String, _ place: [UInt8], isDirectory: Bool = false, headers: [String] = [],
        silenceSeconds: Int? = nil, onWait: () throws -> Void = {}
    ) throws -> Int {
        var request = CurlRequest(target.url(place, isDirectory: isDirectory), .custom(method, body: []))
        request.headers = headers
        request.silenceSeconds = silenceSeconds
        request.isSentOnce = true
        return try connection.perform(request, onWait: onWait).status
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
