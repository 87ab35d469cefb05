import Foundation
import Glibc

/// A server on loopback that says what a test tells it to: for answers that no real server gives.
package final class FakeServer: @unchecked Sendable {
    /// One client; used by the thread that serves it.
    package struct Client {
        fileprivate let descriptor: Int32
        /// Of the server.
        package let port: Int

        /// The next line without its end; nil when the client is gone.
        package func line() -> String? {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) == 1 {
                if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
                if byte != UInt8(ascii: "\r") { bytes.append(byte) }
            }
            return nil
        }

        /// The head of an HTTP request, whose body is read past unless it is long; nil when the client is gone.
        package func request() -> [String]? {
            var lines: [String] = []
            while let line = line(), !line.isEmpty { lines.append(line) }
            guard !lines.isEmpty else { return nil }
            let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)) }
            var byte: UInt8 = 0
            guard length ?? 0 < 1 << 20 else { return lines }
            for _ in 0..<(length ?? 0) where recv(descriptor, &byte, 1, 0) != 1 { return nil }
            return lines
        }

        /// Says the last thing, and waits for the client to hang up, whatever it sends until then.
        package func sendLast(_ text: String) {
            send(text)
            shutdown(descriptor, Int32(SHUT_WR))
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            while recv(descriptor, &bytes, bytes.count, 0) > 0 {}
        }

        /// Whether the client is still there to get it.
        @discardableResult package func send(_ text: String) -> Bool { send(bytes: Array(text.utf8)) }

        /// The same with bytes.
        @discardableResult package func send(bytes: some Sequence<UInt8>) -> Bool {
            var rest = Array(bytes)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// Where it listens.
    package let port: Int
    private let listener: Int32

    /// - Parameter serve: called for each client, on a thread of its own; the connection ends when it returns.
    package init(_ serve: @escaping @Sendable (Client) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard result else { throw ScratchFailure(action: "listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        Thread.detachNewThread { [port] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    close(listener)
                    return
                }
                Thread.detachNewThread {
                    serve(Client(descriptor: descriptor, port: port))
                    close(descriptor)
                }
            }
        }
    }

    // The thread that accepts closes it: with the number of a socket that is closed here it would take another server's clients.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
