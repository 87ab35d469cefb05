import Foundation

/// A PostgreSQL server of one test, which may do to it what would disturb others.
package struct OwnPostgres: Sendable {
    /// The setting `database.url` for its database.
    package let url: String
    /// On 127.0.0.1.
    package let port: Int
    /// What a client has to trust when the server speaks TLS.
    package var certificate: String {
        "\(ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp")/catalogizer-postgres-\(port)/root.crt"
    }

    /// Starts a server that waits for the disk, and removes it with its data after `body`.
    ///
    /// - Parameter tls: whether it speaks TLS too.
    /// - Throws: what `body` throws; `TestServerScript.Failed`.
    package static func with<Value>(
        tls: Bool = false, _ body: (OwnPostgres) async throws -> Value
    ) async throws -> Value {
        let (port, url) = try await start(tls ? ["TESTSERVER_TLS": "1"] : [:])
        let result: Result<Value, any Error>
        do { result = .success(try await body(OwnPostgres(url: url, port: port))) } catch { result = .failure(error) }
        _ = try await script("stop", port)
        return try result.get()
    }

    /// A server on a port by chance: below those that the kernel gives to clients, of which tests have hundreds, and another one
    /// when somebody listens there.
    private static func start(_ settings: [String: String]) async throws -> (port: Int, url: String) {
        for _ in 0..<3 {
            let port = Int.random(in: 20_000..<30_000)
            if let url = try? await script("start", port, settings) { return (port, url) }
            _ = try? await script("stop", port)
        }
        let port = Int.random(in: 20_000..<30_000)
        return (port, try await script("start", port, settings))
    }

    /// Ends the server as a crash would, and starts it again.
    ///
    /// - Throws: `TestServerScript.Failed`.
    package func restart() async throws {
        _ = try await Self.script("restart", port)
    }

    private static func script(
        _ command: String, _ port: Int, _ settings: [String: String] = [:]
    ) async throws -> String {
        let settings = ["TESTSERVER_PORT": "\(port)", "TESTSERVER_DURABLE": "1"].merging(settings) { $1 }
        return try await TestServerScript.run("postgres", command, settings)
    }
}
