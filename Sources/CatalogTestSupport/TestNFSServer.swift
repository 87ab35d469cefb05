package import CatalogStorage
import Foundation

/// A real NFS server with an export that a test fills as a directory.
package struct TestNFSServer: Sendable {
    /// The port of the server that tests share; one of a test's own may be harmed.
    private let settings: [String: String]
    /// URL of the export.
    package let url: String
    /// The exported directory.
    package let share: String

    private init(_ settings: [String: String]) async throws {
        self.settings = settings
        url = try await TestServerScript.run("nfs", "start", settings)
        share = try await TestServerScript.run("nfs", "share", settings)
    }

    private static let sharedServer = Task { try await TestNFSServer([:]) }

    /// The server that all tests share; whoever runs the tests stops it.
    ///
    /// - Throws: `TestServerScript.Failed` when it cannot be started: a missing server is a failure.
    package static func shared() async throws -> TestNFSServer { try await sharedServer.value }

    /// A server of the test's own, stopped and removed after `body`.
    package static func with<Value>(_ body: (TestNFSServer) async throws -> Value) async throws -> Value {
        let port = Int.random(in: 15_000..<19_000) * 2 % 10_000 + 10_000
        let settings = ["TESTSERVER_PORT": "\(port)"]
        let server = try await TestNFSServer(settings)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await TestServerScript.run("nfs", "stop", settings)
        return try result.get()
    }

    /// `kill`, `start`, `freeze` or `thaw`.
    package func make(_ command: String) async throws {
        try await TestServerScript.run("nfs", command, settings)
    }

    /// The location of a directory in the export.
    package func location(of directory: String, _ options: [String: String] = [:]) throws -> StorageLocation {
        StorageLocation(
            url: try StorageURL(parsing: url + directory.dropFirst(share.count)), options: StorageOptions(options))
    }
}
