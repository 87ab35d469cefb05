import Foundation
import Glibc

/// A proxy of the test's own in front of a server, which breaks its connections when the test says so.
package struct TestProxy: Sendable {
    /// How a connection breaks.
    package enum Cut: String, Sendable, CaseIterable {
        case reset, silence, half
    }

    private let port: Int
    /// Not where `TestStorageServer.with` has its own.
    private static let ports = TestPorts(from: 20_100, step: 2, count: 1_950)

    /// Runs `body` with a proxy in front of the server that `url` names; stopped after it.
    ///
    /// - Throws: `TestServerScript.Failed` when it cannot be started.
    package static func with<Value>(
        before url: String, _ body: (TestProxy) async throws -> Value
    ) async throws -> Value {
        let parts = URLComponents(string: url)
        let port = ports.next()
        var settings = ["TESTSERVER_PORT": "\(port)", "PROXY_TARGET": "\(parts?.port ?? 0)"]
        if parts?.scheme?.hasPrefix("ftp") == true { settings["PROXY_FTP"] = "1" }
        try await TestServerScript.run("proxy", "start", settings)
        let result: Result<Value, any Error>
        do { result = .success(try await body(TestProxy(port: port))) } catch { result = .failure(error) }
        try await TestServerScript.run("proxy", "stop", settings)
        return try result.get()
    }

    /// The same place, reached through the proxy.
    package func url(_ url: String) -> String {
        guard var parts = URLComponents(string: url) else { return url }
        parts.port = port
        return parts.string ?? url
    }

    /// How many replies went through since the last `cut` or `clear`.
    package func count() throws -> Int { Int(try say("count")) ?? 0 }

    /// Breaks everything at the `reply`-th reply from now; 0 is at once.
    package func cut(at reply: Int, _ cut: Cut) throws { try say("cut \(reply) \(cut.rawValue)") }

    /// Whether a `cut` has happened.
    package func isCut() throws -> Bool { Cut(rawValue: try say("state")) != nil }

    /// Lets everything through again.
    package func clear() throws { try say("clear") }

    /// Lets so many bytes a second through from the server, on each connection.
    package func drip(_ bytesPerSecond: Int) throws { try say("drip \(bytesPerSecond)") }

    /// What the proxy did not understand, or did not answer.
    package struct NoAnswer: Error {
        let command: String
        let answer: String
    }

    /// Loopback, and answered at once.
    @discardableResult private func say(_ command: String) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port + 1).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let line = Array((command + "\n").utf8)
        guard connected == 0, send(descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else {
            throw NoAnswer(command: command, answer: String(cString: strerror(errno)))
        }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) == 1, byte != UInt8(ascii: "\n") { answer.append(byte) }
        let text = String(decoding: answer, as: UTF8.self)
        guard !text.isEmpty, !text.hasPrefix("error") else { throw NoAnswer(command: command, answer: text) }
        return text
    }
}
