import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore

/// A connection to a server that runs on a free port for one test.
///
/// The test framework's own client gives an answer twenty seconds, which a busy machine may need, and then waits for it all the
/// same, so that an answer that never comes would stop the whole run without a word.
struct LiveClient: Sendable {
    /// No answer came in `patience`.
    struct NoAnswer: Error {
        let request: String
    }

    private static let patience = Patience.limit

    /// Where the server listens.
    let port: Int
    private let client: TestClient

    /// Serves while `body` runs.
    static func with(
        _ shell: HTTPShell, logger: Logger = ShellFixture.quietLogger,
        _ body: @escaping @Sendable (LiveClient) async throws -> Void
    ) async throws {
        try await Application(responder: shell, logger: logger).test(.live) { framework in
            let port = framework.port ?? 0
            try await TestClient.withClient(
                host: "localhost", port: port, configuration: .init(timeout: patience * 2)
            ) { client in try await body(LiveClient(port: port, client: client)) }
        }
    }

    func execute(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: [UInt8]
    ) async throws -> (head: HTTPResponse, body: ByteBuffer) {
        var headers = headers
        headers[.connection] = "keep-alive"
        let request = TestClient.Request(
            path, method: method, authority: "localhost", headers: headers,
            body: body.isEmpty ? nil : ByteBuffer(bytes: body))
        return try await withThrowingTaskGroup(of: TestClient.Response.self) { group in
            group.addTask { try await client.execute(request) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                // Ends the wait of the other task.
                try await client.close(mode: .all)
                throw NoAnswer(request: "\(method) \(path)")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw NoAnswer(request: "\(method) \(path)") }
            return (answer.head, answer.body ?? ByteBuffer())
        }
    }
}
