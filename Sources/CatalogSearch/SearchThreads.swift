import Foundation
import Synchronization

/// Threads that help with what takes one processor long: they take parts of it beside the thread that has it to do.
///
/// They belong to no pool that others wait for. When they are busy, or no processor is idle, whoever came does all of it alone: beside a
/// scan a helper would wait for its turn with a part in its hands (measured: the slowest reads took a third longer).
final class SearchThreads: Sendable {
    /// Something in parts, each of which is done once.
    private final class Work<Part: Sendable>: Sendable {
        private let count: Int
        private let part: @Sendable (Int) -> Part
        private let next = Atomic(0)
        /// Only touched while `condition` is locked, which the compiler cannot see.
        private nonisolated(unsafe) var parts: [Part] = []
        private let condition = NSCondition()

        init(count: Int, part: @escaping @Sendable (Int) -> Part) {
            (self.count, self.part) = (count, part)
        }

        /// Does parts until all are taken.
        func help() {
            var own: [Part] = []
            while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < count {
                own.append(part(index))
            }
            condition.lock()
            defer { condition.unlock() }
            parts += own
            if parts.count == count { condition.signal() }
        }

        /// Waits until all are done.
        func all() -> [Part] {
            condition.lock()
            defer { condition.unlock() }
            while parts.count < count { condition.wait() }
            return parts
        }
    }

    private let queue = WorkQueue()
    private let helpers: Int
    private let idleProcessors: @Sendable () -> Int
    /// Searches that have to look at so many blocks are worth their help.
    let blocksMin: Int

    /// - Parameters:
    ///   - processors: how many parts may be done at the same time, the one of the caller included.
    ///   - blocksMin: two thousand take one processor a millisecond and a half, many times of what it takes to wake another one.
    ///   - idleProcessors: how many of the machine's have nothing to do.
    init(
        processors: Int, blocksMin: Int = 2_000, idleProcessors: @escaping @Sendable () -> Int = IdleProcessors.count
    ) {
        self.blocksMin = blocksMin
        self.idleProcessors = idleProcessors
        helpers = max(0, processors - 1)
        for _ in 0..<helpers {
            Thread.detachNewThread { [queue] in
                while let work = queue.next() { work() }
            }
        }
    }

    deinit { queue.end() }

    /// Runs `part` for each number below `count`, on the calling thread and on those that have nothing else to do.
    ///
    /// - Returns: what they have come to, in no order.
    func run<Part: Sendable>(_ count: Int, _ part: @escaping @Sendable (Int) -> Part) -> [Part] {
        let work = Work(count: count, part: part)
        for _ in 0..<max(0, min(helpers, count - 1, idleProcessors())) { queue.add { work.help() } }
        work.help()
        return work.all()
    }
}
