import Synchronization

/// How many jobs of one kind may run at the same time in this process.
package final class JobSlots: Sendable {
    private let free: Mutex<Int>

    /// - Parameter count: jobs at the same time.
    package init(_ count: Int) {
        free = Mutex(count)
    }

    /// Takes a place; whoever got one gives it back.
    ///
    /// - Returns: false when none is free.
    package func take() -> Bool {
        free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    /// Gives a place back.
    package func give() { free.withLock { $0 += 1 } }
}
