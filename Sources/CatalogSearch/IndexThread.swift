import CLinux
import Foundation

/// The one thread that changes an index, in the order in which it is asked. It gives way to everything else that the machine has
/// to do: searches do not wait for it.
final class IndexThread: Sendable {
    // Unchecked: every stored variable is only touched while `condition` is locked.
    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private var waiting: [@Sendable () -> Void] = []
        private var isOver = false

        func add(_ work: @escaping @Sendable () -> Void) {
            condition.lock()
            defer { condition.unlock() }
            waiting.append(work)
            condition.signal()
        }

        func end() {
            condition.lock()
            defer { condition.unlock() }
            isOver = true
            condition.signal()
        }

        /// Waits for work; nil after the end, when all is done.
        func next() -> (@Sendable () -> Void)? {
            condition.lock()
            defer { condition.unlock() }
            while waiting.isEmpty {
                if isOver { return nil }
                condition.wait()
            }
            return waiting.removeFirst()
        }
    }

    private let queue = Queue()

    init() {
        Thread.detachNewThread { [queue] in
            catalog_give_way()
            while let work = queue.next() { work() }
        }
    }

    deinit { queue.end() }

    /// Runs `body` after everything that was asked before, and waits for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Result { try body() }) }
        }
    }
}
