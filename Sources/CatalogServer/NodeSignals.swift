package import CatalogDatabase
package import Logging
import ServiceLifecycle
import Synchronization

/// Joins this process to the others over the same database: tells them what happens here, and hands on what they tell.
///
/// Signals that belong to a change go out with its transaction (`SQLConnection.send`). This is for those that belong to none: they
/// are gathered for a moment and sent together. Where the engine carries no signals, nothing is sent and nothing heard.
package final class NodeSignals: Service {
    /// How long a signal waits for others: as late is every node about what another one counts.
    private static let gatherInterval = Duration.milliseconds(200)
    /// Signals that wait at most; more are dropped, as any signal may be.
    private static let waitingMax = 256

    private struct State {
        var waiting: [NodeSignal] = []
        var sources: [@Sendable () -> [NodeSignal]] = []
        var listeners: [@Sendable (NodeNews) -> Void] = []
    }

    private let database: any Database
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter logger: where it is said that nothing can be sent.
    package init(database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Whether anybody can hear this process; if not, what there is to tell need not be made.
    package var reachesOthers: Bool { database.carriesSignals }

    /// Tells the others soon.
    package func post(_ signal: @autoclosure () -> NodeSignal?) {
        guard reachesOthers, let signal = signal() else { return }
        state.withLock { state in
            if state.waiting.count < Self.waitingMax { state.waiting.append(signal) }
        }
    }

    /// Asks `source` again and again what there is to tell.
    package func addSource(_ source: @escaping @Sendable () -> [NodeSignal]) {
        state.withLock { $0.sources.append(source) }
    }

    /// Calls `listener` with what the others tell; it must not block.
    package func onNews(_ listener: @escaping @Sendable (NodeNews) -> Void) {
        state.withLock { $0.listeners.append(listener) }
    }

    /// Lets go of everybody who told something or was told: they know this object too.
    package func close() {
        state.withLock { $0 = State() }
    }

    /// The service: until graceful shutdown.
    package func run() async throws {
        // A service that ends stops the others.
        guard reachesOthers else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                group.addTask { await self.database.listen { self.hear($0) } }
                group.addTask { await self.send() }
            }
        }
    }

    private func hear(_ news: NodeNews) {
        for listener in state.withLock({ $0.listeners }) { listener(news) }
    }

    private func send() async {
        while (try? await Task.sleep(for: Self.gatherInterval)) != nil {
            let (waiting, sources) = state.withLock { state in
                defer { state.waiting.removeAll(keepingCapacity: true) }
                return (state.waiting, state.sources)
            }
            let signals = waiting + sources.flatMap { $0() }
            guard !signals.isEmpty else { continue }
            do {
                try await database.write(.readCommitted) { connection in
                    for signal in signals { try connection.send(signal) }
                }
            } catch {
                logger.debug("other nodes could not be told", metadata: ["error": "\(error)"])
            }
        }
    }
}
