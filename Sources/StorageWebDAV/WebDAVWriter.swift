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
        do { try connection.send(bytes) } catch let failure as CurlFailure { throw failure.webDAVError("write", place) }
    }

    func finish() throws {
        let answer: CurlConnection.Answer
        do { answer = try connection.finishSending() } catch let failure as CurlFailure {
            throw failure.webDAVError("write", place)
        }
        guard (200..<300).contains(answer.status) else {
            throw WebDAVFailure(status: answer.status).error("write", place)
        }
    }
}
