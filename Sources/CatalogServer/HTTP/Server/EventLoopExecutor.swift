import NIOCore

/// Runs tasks on one event loop, so that a stream's reads and writes need no change of thread.
///
/// Nothing that blocks may run on it: it would stall every connection of that loop.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }
}

/// One executor for each loop of the server.
struct EventLoopExecutors: Sendable {
    private let byLoop: [ObjectIdentifier: EventLoopExecutor]

    init(_ group: (any EventLoopGroup)?) {
        var result: [ObjectIdentifier: EventLoopExecutor] = [:]
        for loop in group.map({ Array($0.makeIterator()) }) ?? [] {
            result[ObjectIdentifier(loop)] = EventLoopExecutor(loop)
        }
        byLoop = result
    }

    /// Nil for a loop that is none of the server's, as in tests without a socket.
    subscript(_ loop: any EventLoop) -> EventLoopExecutor? { byLoop[ObjectIdentifier(loop)] }
}
