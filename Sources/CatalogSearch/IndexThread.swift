import CLinux
import Foundation

/// The one thread that changes an index, in the order in which it is asked. It gives way to everything else that the machine has
/// to do: searches do not wait for it.
final class IndexThread: Sendable {
    private let queue = WorkQueue()

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
