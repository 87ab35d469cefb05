import CatalogCore
import CatalogServer
import CatalogSettings
import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A server from its address to its end, and the signals that it answers to.
///
/// SIGTERM and SIGINT: stop accepting, finish or checkpoint running work, end within ten seconds; a second one ends the
/// process at once. SIGHUP: read the settings and certificates again.
struct ServerRun: Sendable {
    /// A signal that comes sooner after the first one is the same wish: a terminal sends Ctrl-C to every process of a
    /// group, and a script that is one of them passes it on.
    private static let sameWish = Duration.seconds(1)
    /// What the process is to the others over the same database.
    enum Role: Sendable {
        /// Answers requests and runs jobs.
        case server
        /// Runs jobs only.
        case worker
    }

    private let role: Role
    private let loaded: LoadedSettings
    private let log: ProgramLog
    private let readSettings: @Sendable () throws -> LoadedSettings
    private let phase = ServerPhase()
    private let logger = Logger(label: "server")

    /// A server of these settings; `readSettings` reads every layer again.
    init(
        _ role: Role, _ loaded: LoadedSettings, log: ProgramLog,
        readSettings: @escaping @Sendable () throws -> LoadedSettings
    ) {
        self.role = role
        self.loaded = loaded
        self.log = log
        self.readSettings = readSettings
    }

    /// Runs until a signal ends it, or a service fails.
    ///
    /// What would stop the start is looked at first, so that a start that fails has changed nothing.
    /// - Throws: `CatalogError` for an address that cannot be had, and as `Application.open`; else what a service threw.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await serve() }
            tasks.addTask { await watch(signals) }
            // Either the server ended, or a signal came before there was one: then its start is cancelled.
            let first = await tasks.nextResult()
            tasks.cancelAll()
            do {
                try first?.get()
                try await tasks.waitForAll()
            } catch {
                guard phase.isStartCancelled else { throw error }
                logger.debug("the start was cancelled", metadata: ["error": "\(error)"])
            }
        }
        logger.info("stopped")
    }

    private func serve() async throws {
        guard role == .server else {
            return try await run(.work) { try await Composition.worker($0) }
        }
        if let directory = try? DataDirectory.existing(loaded.settings.dataDirectory) {
            try ServeLock.requireFree(directory)
        }
        let listener = try HTTPListener(Composition.httpSettings(loaded.settings))
        try await listener.bind(ConnectionLoops.group)
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(.serve) { try await Composition.server($0, listener) })
        } catch {
            result = .failure(error)
        }
        await listener.close()
        try result.get()
    }

    private func run(
        _ purpose: Application.Purpose, _ compose: (Application) async throws -> ServerParts
    ) async throws {
        let application = try await Application.open(loaded, for: purpose, log: log)
        try await application.whileOpen {
            try Task.checkCancellation()
            let parts = try await compose(application)
            let result: Result<Void, any Error>
            do { result = .success(try await run(parts)) } catch { result = .failure(error) }
            try await parts.close()
            try result.get()
        }
    }

    private func run(_ parts: ServerParts) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.services.map { .init(service: $0) }, logger: Self.quietLogger))
        guard phase.begin(group, parts) else { return }
        try await group.run()
    }

    /// The order in which services start and stop is worth a line to its authors only.
    private static var quietLogger: Logger {
        var logger = Logger(label: "services")
        logger.logLevel = max(.warning, logger.logLevel)
        return logger
    }

    /// Until the task is cancelled, or a signal stops a server that has not started yet.
    private func watch(_ signals: UnixSignalsSequence) async {
        var current = loaded
        var stoppedAt: ContinuousClock.Instant?
        for await signal in signals {
            if signal == .sighup {
                if let parts = phase.parts { current = await reload(current, parts) }
            } else if let first = stoppedAt {
                guard ContinuousClock.now - first > Self.sameWish else { continue }
                logger.warning("asked again to stop: ending at once")
                LogWriter.standard.flush(within: 0.2)
                _exit(CommandFailure.failed)
            } else {
                stoppedAt = .now
                ExitTimer.arm()
                ServiceNotice.stopping.send()
                logger.info("stopping", metadata: ["signal": "\(signal)"])
                guard let group = phase.stop() else { return }
                await group.triggerGracefulShutdown()
            }
        }
    }

    /// The settings to go on with: the old ones when the new ones are wrong.
    private func reload(_ current: LoadedSettings, _ parts: ServerParts) async -> LoadedSettings {
        do {
            let newer = try await NIOThreadPool.singleton.runIfActive { try readSettings() }
            let change = try current.reloading(newer)
            try await parts.reload(change)
            log.apply(change.loaded.settings.logging)
            report(change)
            return change.loaded
        } catch {
            logger.error("the settings stay as they were", metadata: ["error": "\(error)"])
            return current
        }
    }

    /// Says which changed settings hold now and which need a restart; with neither, it was about the certificates.
    private func report(_ change: SettingsReload) {
        var metadata: Logger.Metadata = [:]
        if !change.applied.isEmpty { metadata["applied"] = "\(change.applied.joined(separator: ","))" }
        guard !change.waiting.isEmpty else {
            logger.notice("read settings and certificates again", metadata: metadata)
            return
        }
        metadata["needs_restart"] = "\(change.waiting.joined(separator: ","))"
        logger.warning("read settings and certificates again; some changes need a restart", metadata: metadata)
    }
}

/// How far the life of a server is.
private final class ServerPhase: Sendable {
    private enum Phase {
        case starting
        case running(ServiceGroup, ServerParts)
        case startCancelled
        case stopping
    }

    private let phase = Mutex(Phase.starting)

    /// Whether the end was wanted before there was anything to stop.
    var isStartCancelled: Bool { phase.withLock { if case .startCancelled = $0 { true } else { false } } }

    /// What runs now, if something does.
    var parts: ServerParts? { phase.withLock { if case .running(_, let parts) = $0 { parts } else { nil } } }

    /// The services are about to run; false when they should not any more.
    func begin(_ group: ServiceGroup, _ parts: ServerParts) -> Bool {
        phase.withLock { phase in
            guard case .starting = phase else { return false }
            phase = .running(group, parts)
            return true
        }
    }

    /// The server should end.
    ///
    /// - Returns: the services to stop; nil when none run yet.
    func stop() -> ServiceGroup? {
        phase.withLock { phase in
            guard case .running(let group, _) = phase else {
                phase = .startCancelled
                return nil
            }
            phase = .stopping
            return group
        }
    }
}
