import CatalogCore
import CatalogStorage
import CurlClient

/// A file of a WebDAV server that is being written: one `PUT`, on a connection of its own.
final class WebDAVWriter: StorageWriter {
    private let connection: CurlConnection
    private let place: [UInt8]

    /// - Parameter expectedBytes: servers that want to know it refuse an upload without.
    /// - Throws: `CurlFailure`.
    init(_ target: WebDAVTarget, _ place: [UInt8], expecting expectedBytes: Int64?) throws {
        self.place = place
        connection = try target.connection()
        var request = CurlRequest(target.url(place), .upload(bytes: expectedBytes))
        request.headers = ["Content-Type: application/octet-stream", "Expect:"]
        try connection.startSending(request)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        do { try connection.send(bytes) } catch let failure as CurlFailure { throw reason(failure) }
    }

    func finish() throws {
        let answer: CurlConnection.Answer
        do { answer = try connection.finishSending() } catch let failure as CurlFailure { throw reason(failure) }
        guard WebDAVFailure.isDone(answer.status) else {
            throw WebDAVFailure(status: answer.status).error("write", place)
        }
    }

    /// A server that refuses the rest hangs up, and has said why.
    private func reason(_ failure: CurlFailure) -> CatalogError {
        let status = connection.answer.status
        // With 401 it has asked for the login, before anything was sent.
        guard (402..<600).contains(status) else { return failure.webDAVError("write", place) }
        return WebDAVFailure(status: status).error("write", place)
    }
}
