import Foundation

/// What threads of one kind have to do, in the order in which it came.
///
/// Unchecked: every stored variable is only touched while `condition` is locked.
final class WorkQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [@Sendable () -> Void] = []
    private var isOver = false

    /// Gives one of the threads something to do.
    func add(_ work: @escaping @Sendable () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        waiting.append(work)
        condition.signal()
    }

    /// Lets the threads end when all is done.
    func end() {
        condition.lock()
        defer { condition.unlock() }
        isOver = true
        condition.broadcast()
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
