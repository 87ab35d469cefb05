import CatalogCore
import CatalogStorage
import CurlClient

/// A file of an FTP server that is being written, on a connection of its own.
final class FTPWriter: StorageWriter {
    private let connection: CurlConnection
    private let explain: @Sendable (CurlFailure) -> any Error

    /// - Throws: `CurlFailure`.
    init(
        _ target: FTPTarget, _ path: [UInt8], at offset: Int64, explain: @escaping @Sendable (CurlFailure) -> any Error
    ) throws {
        connection = try target.connection()
        self.explain = explain
        // How much comes is not said: with a number the library skips what is there already by reading it from us.
        var request = CurlRequest(target.url(path), .upload(bytes: nil))
        request.appends = offset > 0
        try connection.startSending(request)
        // A server without room for one more connection says so now, when room can still be made.
        try connection.waitUntilTaken()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        do { try connection.send(bytes) } catch let failure as CurlFailure { throw explain(failure) }
    }

    func finish() throws {
        do { _ = try connection.finishSending() } catch let failure as CurlFailure { throw explain(failure) }
    }
}
