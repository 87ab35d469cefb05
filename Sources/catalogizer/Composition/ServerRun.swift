import CatalogCore
import CatalogSettings
import Glibc
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A server from its first service to its last, and the signals that it answers to.
///
/// SIGTERM and SIGINT: stop accepting, finish or checkpoint running work, end within ten seconds. The same again: end
/// at once. SIGHUP: read the settings and certificates again.
struct ServerRun: Sendable {
    /// Seconds after which a server that still has not stopped is ended: below the ten that a caller may count on.
    private static let patienceSeconds = Limits.shutdownSeconds + 1
    private let parts: ServerParts
    private let application: Application
    private let readSettings: @Sendable () throws -> LoadedSettings
    private let logger = Logger(label: "server")

    /// A server of these parts; `readSettings` reads every layer again.
    init(
        _ parts: ServerParts, of application: Application, readSettings: @escaping @Sendable () throws -> LoadedSettings
    ) {
        self.parts = parts
        self.application = application
        self.readSettings = readSettings
    }

    /// Runs until a signal ends it, or a service fails.
    ///
    /// - Throws: `CatalogError.conflict` when the port is taken; else what the service threw.
    func run() async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.services.map { .init(service: $0) }, logger: logger))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        do {
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                tasks.addTask {
                    try await group.run()
                    return true
                }
                tasks.addTask {
                    await watch(signals, group)
                    return false
                }
                while let isOver = try await tasks.next(), !isOver {}
                tasks.cancelAll()
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw portTaken
        }
        logger.info("stopped")
    }

    private func watch(_ signals: UnixSignalsSequence, _ group: ServiceGroup) async {
        await withDiscardingTaskGroup { tasks in
            var current = application.loaded
            var isStopping = false
            for await signal in signals {
                if signal == .sighup {
                    current = await reload(current)
                } else if isStopping {
                    logger.warning("asked again to stop: ending at once")
                    _exit(CommandFailure.failed)
                } else {
                    isStopping = true
                    logger.info("stopping", metadata: ["signal": "\(signal)"])
                    await group.triggerGracefulShutdown()
                    tasks.addTask { await endWhenStuck() }
                }
            }
            tasks.cancelAll()
        }
    }

    private func endWhenStuck() async {
        do {
            try await Task.sleep(for: .seconds(Self.patienceSeconds))
        } catch {
            return
        }
        logger.error("running work did not stop in time: ending without it")
        _exit(CommandFailure.failed)
    }

    /// The settings to go on with: the old ones when the new ones are wrong.
    private func reload(_ current: LoadedSettings) async -> LoadedSettings {
        do {
            let change = try current.reloading(try readSettings())
            try await parts.reload(change.loaded.settings)
            application.log.apply(change.loaded.settings.logging)
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

    private var portTaken: CatalogError {
        let server = application.settings.server
        return CatalogError(
            .conflict,
            "\(server.host):\(server.port) is in use by another program. Stop that one, or choose another port with "
                + "--port "
                + "(0 picks a free one).")
    }
}
