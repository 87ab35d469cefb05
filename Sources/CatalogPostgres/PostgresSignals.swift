import CatalogCore
import CatalogDatabase
import NIOPosix
import Synchronization

/// Hears what other processes send by NOTIFY, on a connection and a thread of its own.
struct PostgresSignals: Sendable {
    /// Tells this process from the others, whose signals it does not want to miss.
    static let sender = RandomSource.system.hex(bytes: 8)
    /// Of each schema another one: two catalogs may share a database. A digest, since names of channels are shorter than those of
    /// schemas may be.
    private static let channel =
        "'catalogizer_' || left(encode(sha256(convert_to(current_schema(), 'UTF8')), 'hex'), 32)"
    static let notify = SQLStatement("SELECT pg_notify(\(channel), $1)")

    /// How long the end of the task goes unnoticed.
    private static let waitMilliseconds: Int32 = 250
    /// Between two tries to connect.
    private static let pause = Duration.milliseconds(500)

    private let pool: PostgresPool
    private let handler: @Sendable (NodeNews) -> Void

    init(pool: PostgresPool, handler: @escaping @Sendable (NodeNews) -> Void) {
        self.pool = pool
        self.handler = handler
    }

    /// Listens until the task is cancelled, and connects again whenever the connection is lost.
    func run() async {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let isOver = StopFlag()
        await withTaskCancellationHandler {
            while !Task.isCancelled {
                // What goes wrong is a lost connection: everybody looks for themselves until there is another one.
                try? await threads.runIfActive { try listen(until: isOver) }
                try? await Task.sleep(for: Self.pause)
            }
        } onCancel: {
            isOver.raise()
        }
        try? await threads.shutdownGracefully()
    }

    private func listen(until isOver: StopFlag) throws {
        let link = try pool.makeOwnLink()
        let found = try link.query("SELECT \(Self.channel)", [])
        guard found.rowCount == 1 else { return }
        try link.run(script: "LISTEN \(found.row(0).text(0))")
        handler(.listening)
        while !isOver.isRaised {
            for text in try link.notifications(within: Self.waitMilliseconds) {
                let parts = text.split(separator: " ", maxSplits: 1)
                guard parts.count == 2, parts[0] != Self.sender, let signal = NodeSignal(text: String(parts[1])) else {
                    continue
                }
                handler(.signal(signal))
            }
        }
    }
}

/// Says across threads that something is to end.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)

    func raise() { flag.store(true, ordering: .relaxed) }

    var isRaised: Bool { flag.load(ordering: .relaxed) }
}
