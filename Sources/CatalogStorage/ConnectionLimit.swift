import CatalogCore
import Synchronization

/// How many connections a root may have at the same time.
package struct ConnectionLimit: Sendable, Equatable {
    /// To a server whose answers come at once: more would only keep it busy.
    package let near: Int
    /// To one that is far away, where questions wait for the way: the more of them are under way, the better.
    package let far: Int

    /// - Parameter far: not less than `near`.
    package init(near: Int, far: Int) {
        (self.near, self.far) = (near, far)
    }

    /// The same for every server.
    package init(_ count: Int) {
        self.init(near: count, far: count)
    }
}

/// Whether a server is far away: even the quickest of its last answers took long. A server that is only busy gives a quick one now and
/// then.
final class ServerDistance: Sendable {
    private struct Answers {
        /// Microseconds of the quickest answer of this turn and of the one before.
        var quickest: Int64?
        var before: Int64?
        var count = 0
    }

    /// Microseconds. Answers of a machine in the same house take less, also when it has to ask its disks.
    private static let far: Int64 = 20_000
    /// Answers of a turn.
    private static let turn = 16

    private let answers = Mutex(Answers())
    private let result = Atomic<Bool>(false)

    /// Whether it is far, as far as is known.
    var isFar: Bool { result.load(ordering: .relaxed) }

    /// Forgets all answers: the next one may come another way.
    func forget() {
        answers.withLock {
            $0 = Answers()
            result.store(false, ordering: .relaxed)
        }
    }

    /// Takes note of an answer.
    ///
    /// - Returns: whether the server has just turned out to be far.
    func note(microseconds: Int64) -> Bool {
        answers.withLock { answers in
            answers.quickest = min(answers.quickest ?? microseconds, microseconds)
            answers.count += 1
            let quickest = min(answers.quickest ?? microseconds, answers.before ?? .max)
            if answers.count == Self.turn { answers = Answers(before: answers.quickest) }
            let isFar = quickest >= Self.far
            return result.exchange(isFar, ordering: .relaxed) != isFar && isFar
        }
    }
}
