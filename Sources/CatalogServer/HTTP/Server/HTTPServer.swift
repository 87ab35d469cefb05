import CatalogCore
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
package import Logging
package import NIOCore
import ServiceLifecycle

/// The listening side of the shell, as a long-running service.
///
/// It does without Hummingbird's `Application`, which makes a logger and a task-local value for every request.
package final class HTTPServer: Service {
    private let shell: HTTPShell
    private let settings: HTTPSettings
    private let logger: Logger
    private let group: any EventLoopGroup
    private let listener: HTTPListener
    private let registry = ConnectionRegistry()
    private let onRunning: @Sendable (Int) async -> Void

    /// A server for the address of `listener`, or for a new one of these settings; `onRunning` gets the port once
    /// connections are accepted.
    ///
    /// - Throws: `CatalogError.invalidArgument` for TLS files that cannot be read. Blocks while it reads them.
    package init(
        shell: HTTPShell, settings: HTTPSettings, group: any EventLoopGroup, logger: Logger,
        listener: HTTPListener? = nil, onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws {
        self.shell = shell
        self.settings = settings
        self.group = group
        self.logger = logger
        self.onRunning = onRunning
        self.listener = try listener ?? HTTPListener(settings)
    }

    /// Reads the TLS files again, for a renewed certificate; without TLS it does nothing.
    package func reloadCertificates() async throws {
        try await listener.certificates?.reload()
    }

    /// Serves until graceful shutdown, and then at most `ConnectionLimits.shutdown` longer.
    ///
    /// - Throws: as `HTTPListener.bind`.
    package func run() async throws {
        let setup = try makeSetup()
        try await listener.bind(group)
        let limits = settings.connectionLimits
        await onRunning(listener.port)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [self] in try await listener.serve(setup) }
            tasks.addTask { [registry] in
                await HeapTrim.run {
                    registry.count
                } peak: {
                    registry.takePeak()
                }
            }
            tasks.addTask { [self] in
                try? await gracefulShutdown()
                listener.stop()
                // Streams have no end of their own; everything else may finish.
                shell.services.streams.endAll()
                registry.quiesce()
                try await Task.sleep(for: limits.shutdown)
                registry.closeAll()
                try await Task.sleep(for: .milliseconds(500))
            }
            // Whichever ends first: the server, when all its connections are gone, or the patience.
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func makeSetup() throws -> HTTPListener.Setup {
        let limits = settings.connectionLimits
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RulesInstaller(self.registry, self.shell.services, self.logger)],
            idleTimeout: TimeAmount(limits.idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Limits.requestHeadBytes, maxHeaderListSize: Limits.requestHeadBytes,
                maxHeaderFieldCount: Limits.requestHeaderFields))
        let responder: HTTPChannelHandler.Responder = { [self] request, writer, channel in
            try await serve(request, writer, channel)
        }
        guard let certificates = listener.certificates else {
            return guarded(HTTP1Channel(responder: responder, configuration: http1))
        }
        let http2 = HTTP2UpgradeChannel.Configuration(
            idleTimeout: limits.idle, gracefulCloseTimeout: limits.shutdown, streamConfiguration: http1)
        return guarded(
            try HTTP2UpgradeChannel(
                tlsConfiguration: certificates.configuration(), configuration: http2, responder: responder))
    }

    /// A connection that speaks as `base` does, within its limits.
    private func guarded(_ base: some ServerChildChannel) -> HTTPListener.Setup {
        let guarded = GuardedChannel(
            base: base, limits: settings.connectionLimits, registry: registry, executors: shell.services.executors)
        return { [logger] channel in
            guarded.setup(channel: channel, logger: logger).map { value in
                { await guarded.handle(value: value, logger: logger) }
            }
        }
    }

    @concurrent private func serve(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let connection = Connection.current
        let isStream = connection.map { $0.channel !== channel } ?? false
        connection?.requestBegan(isMultiplexed: isStream)
        let activeTasks = shell.services.metrics.activeTasks
        activeTasks.add(1)
        defer {
            activeTasks.add(-1)
            connection?.requestEnded()
        }
        let response = await shell.respond(to: request, channel: channel, logger: logger, connection: connection)
        try await writer.write(response: response.head, body: response.body)
    }
}
