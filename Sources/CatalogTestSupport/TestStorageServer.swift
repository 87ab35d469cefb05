package import CatalogStorage
import Foundation

/// A real server of a protocol, whose share a test fills as a directory.
package struct TestStorageServer: Sendable {
    /// The protocols that there are scripts for; the raw value is the script's name.
    package enum Kind: String, Sendable {
        case nfs, smb

        fileprivate var credentials: StorageCredentials? {
            self == .nfs ? nil : StorageCredentials(username: "catalogizer", password: "catalogizer")
        }
    }

    private let kind: Kind
    private let settings: [String: String]
    /// URL of the share.
    package let url: String
    /// The shared directory.
    package let share: String

    private init(_ kind: Kind, _ settings: [String: String]) async throws {
        self.kind = kind
        self.settings = settings
        url = try await TestServerScript.run(kind.rawValue, "start", settings)
        share = try await TestServerScript.run(kind.rawValue, "share", settings)
    }

    private static let sharedNFS = Task { try await TestStorageServer(.nfs, [:]) }
    private static let sharedSMB = Task { try await TestStorageServer(.smb, [:]) }

    /// The server that all tests share; whoever runs the tests stops it.
    ///
    /// - Throws: `TestServerScript.Failed` when it cannot be started: a missing server is a failure.
    package static func shared(_ kind: Kind) async throws -> TestStorageServer {
        switch kind {
        case .nfs: try await sharedNFS.value
        case .smb: try await sharedSMB.value
        }
    }

    /// A server of the test's own, which may be harmed; stopped and removed after `body`.
    package static func with<Value>(
        _ kind: Kind, _ body: (TestStorageServer) async throws -> Value
    ) async throws -> Value {
        // Even: a server may want the port behind its own too.
        let settings = ["TESTSERVER_PORT": "\(Int.random(in: 5_000..<10_000) * 2)"]
        let server = try await TestStorageServer(kind, settings)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await TestServerScript.run(kind.rawValue, "stop", settings)
        return try result.get()
    }

    /// `kill`, `start`, `freeze` or `thaw`.
    package func make(_ command: String) async throws {
        try await TestServerScript.run(kind.rawValue, command, settings)
    }

    /// The URL of a directory in the share.
    package func url(of directory: String) -> String { url + directory.dropFirst(share.count) }

    /// The location of a directory in the share.
    package func location(of directory: String, _ options: [String: String] = [:]) throws -> StorageLocation {
        StorageLocation(
            url: try StorageURL(parsing: url(of: directory)), credentials: kind.credentials,
            options: StorageOptions(options))
    }
}
