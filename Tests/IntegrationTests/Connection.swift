import CatalogCore
import CatalogTestSupport
import Glibc
import Testing

/// One TCP connection to the server, which stays open until it is let go.
final class Connection {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: Patience.seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw CatalogError(.unavailable, "no connection, errno \(errno)") }
    }

    deinit { close(descriptor) }

    /// A port that nobody listens on now.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard result else { throw CatalogError(.unavailable, "no port, errno \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Sends a request and reads until `end` has arrived.
    func request(_ head: String, body: String = "", until end: String = "\r\n\r\n") throws -> String {
        try send(head, body)
        return try receive(until: end)
    }

    /// Sends a request and reads until the server closes the connection.
    func requestWhole(_ head: String, body: String = "") throws -> String {
        try send(head, body)
        var answer = ""
        while let part = try receivePart() { answer += part }
        return answer
    }

    /// Reads until `end` has arrived.
    func receive(until end: String) throws -> String {
        var answer = ""
        while !answer.contains(end) {
            guard let part = try receivePart() else {
                throw CatalogError(.unavailable, "the answer ended early: \(answer)")
            }
            answer += part
        }
        return answer
    }

    private func send(_ head: String, _ body: String) throws {
        let text = "\(head)\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(text.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw CatalogError(.unavailable, "the request was not sent")
        }
    }

    /// Nil at the end.
    private func receivePart() throws -> String? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw CatalogError(.unavailable, "nothing came, errno \(errno)") }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
