import CatalogCore
import CatalogServer
import CatalogTestSupport
import Hummingbird
import HummingbirdTesting
import Logging
import NIOPosix
import ServiceLifecycle

/// The HTTP shell around endpoints of a test's choice, with a fake authenticator and a clock that stands still.
struct ShellFixture: Sendable {
    let time = ManualClock()
    let authenticator = FakeAuthenticator()
    let metrics = MetricsRegistry()
    let shell: HTTPShell
    private let settings: HTTPSettings
    private let logger: Logger

    /// Builds the shell; `handlers` must fit `endpoints`.
    init(
        endpoints: [Endpoint], handlers: [EndpointHandler], settings: HTTPSettings = HTTPSettings(),
        logger: Logger = ShellFixture.quietLogger
    ) throws {
        self.settings = settings
        self.logger = logger
        shell = try HTTPShell(
            ShellServices(
                settings: settings, authenticator: authenticator, rateLimiter: MemoryRateLimiter(time: time.source),
                registry: metrics, time: time.source, group: MultiThreadedEventLoopGroup.singleton),
            endpoints: endpoints, handlers: handlers)
    }

    /// Writes nothing.
    static let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Sends requests without a socket.
    func test<Value: Sendable>(
        _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await Application(responder: shell, logger: logger).test(.router) { try await body($0) }
    }

    /// A server on a free port that does not run yet.
    func makeServer(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) throws -> HTTPServer {
        var settings = self.settings
        settings.port = 0
        return try HTTPServer(
            shell: shell, settings: settings, group: MultiThreadedEventLoopGroup.singleton, logger: logger,
            onRunning: onRunning)
    }

    /// Serves on a free port while `body` runs, then stops gracefully.
    ///
    /// - Returns: what `body` returned, and how long stopping took.
    func live<Value: Sendable>(
        _ body: @Sendable @escaping (_ port: Int, _ server: HTTPServer) async throws -> Value
    ) async throws -> (value: Value, stopping: Duration) {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = try makeServer { continuation.yield($0) }
        let services = ServiceGroup(configuration: .init(services: [server], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // A server that cannot start must not leave the test waiting for its port.
                defer { continuation.finish() }
                try await services.run()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await tasks.next()
                throw CancellationError()
            }
            let value: Value
            do {
                value = try await body(port, server)
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
            let began = ContinuousClock.now
            await services.triggerGracefulShutdown()
            try await tasks.next()
            return (value, began.duration(to: .now))
        }
    }
}
