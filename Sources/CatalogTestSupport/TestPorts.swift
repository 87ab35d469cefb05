import Synchronization

/// Ports for servers of tests, below those that the kernel gives to clients. None is given twice in a run: a script that finds its
/// port open takes whoever listens there for its own server.
final class TestPorts: Sendable {
    private let first: Int
    private let step: Int
    private let count: Int
    /// Where to begin is left to chance, for runs in two places at the same time.
    private let given: Mutex<Int>

    init(from first: Int, step: Int, count: Int) {
        (self.first, self.step, self.count) = (first, step, count)
        given = Mutex(Int.random(in: 0..<count))
    }

    func next() -> Int {
        given.withLock { given in
            given = (given + 1) % count
            return first + given * step
        }
    }
}
