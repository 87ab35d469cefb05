import CatalogTestSupport
import Glibc
import NIOPosix

/// A TCP connection whose every byte is the test's own doing.
///
/// Calls block, so they run on threads of their own: NIO's pool has two, and one test that waits would hold up all others. There are as
/// many as one test has connections, and some for the rest.
final class RawConnection: Sendable {
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 300)
        threads.start()
        return threads
    }()

    private let descriptor: Int32

    struct Failure: Error {
        let code: Int32
    }

    /// Connects; a small `receiveBuffer` (bytes of the socket) makes a client that takes little.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var patience = timeval(tv_sec: Patience.seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(code: errno) }
    }

    deinit { Glibc.close(descriptor) }

    /// Says that no more bytes will come; answers can still be read.
    func endInput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Goes away, as a process that ends (`isReset` false) or as one that crashes.
    func close(isReset: Bool) {
        if isReset {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            // The descriptor stays ours until the end; a connection to nowhere gives the old one up.
            var nowhere = sockaddr()
            nowhere.sa_family = sa_family_t(AF_UNSPEC)
            connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
        } else {
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }

    func send(_ text: String) async throws { try await send(bytes: Array(text.utf8)) }

    func send(bytes: some Sequence<UInt8>) async throws {
        let bytes = Array(bytes)
        try await Self.threads.runIfActive { [descriptor] in
            guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw Failure(code: errno)
            }
        }
    }

    /// What comes next, at most 64 KiB; empty when the server has closed the connection.
    func receive() async throws -> String {
        String(decoding: try await receiveBytes(), as: UTF8.self)
    }

    /// The same as bytes.
    func receiveBytes() async throws -> [UInt8] {
        try await Self.threads.runIfActive { [descriptor] in
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count < 0, errno == ECONNRESET { return [] }
            guard count >= 0 else { throw Failure(code: errno) }
            return Array(bytes.prefix(count))
        }
    }

    /// Everything until the server closes the connection, or until `isEnough`.
    func receiveAll(until isEnough: (String) -> Bool = { _ in false }) async throws -> String {
        var text = ""
        while !isEnough(text) {
            let part = try await receive()
            guard !part.isEmpty else { break }
            text += part
        }
        return text
    }
}
