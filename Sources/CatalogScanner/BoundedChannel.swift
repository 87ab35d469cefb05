import Foundation

/// A queue of limited length from several threads to one: `send` waits while it is full, `receive` while it is empty.
final class BoundedChannel<Element: Sendable>: @unchecked Sendable {
    // Unchecked: every stored variable is only touched while `condition` is locked.
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    private var isClosed = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element.
    ///
    /// - Returns: false when the channel was closed and nobody will take it.
    func send(_ element: Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= capacity, !isClosed { condition.wait() }
        guard !isClosed else { return false }
        elements.append(element)
        // Not one: that could be another sender, and the receiver would sleep on.
        condition.broadcast()
        return true
    }

    /// The oldest element; nil when the channel is closed and empty.
    func receive() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty, !isClosed { condition.wait() }
        return take()
    }

    /// The oldest element if one is there now.
    func receiveIfReady() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        return take()
    }

    /// Ends the channel: what is in it can still be received.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
    }

    private func take() -> Element? {
        guard !elements.isEmpty else { return nil }
        let element = elements.removeFirst()
        condition.broadcast()
        return element
    }
}
