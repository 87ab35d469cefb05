import CatalogCore
import Synchronization

/// Answers about storage roots that were given lately, each to callers of one scope. One counts as long as the catalog is in the state that it was
/// made in.
final class ScopedAnswers<State: Equatable & Sendable, Answer: Sendable>: Sendable {
    struct Key: Equatable, Sendable {
        let scope: AccessScope
        let roots: [RootID]
        /// Another one means that something was changed.
        let state: State
    }

    private let answersMax: Int
    private let answers = Mutex<[(key: Key, answer: Answer)]>([])

    init(atMost answersMax: Int) {
        self.answersMax = answersMax
    }

    subscript(key: Key) -> Answer? {
        answers.withLock { answers in answers.first { $0.key == key }?.answer }
    }

    func keep(_ answer: Answer, for key: Key) {
        answers.withLock { answers in
            answers.removeAll { $0.key.scope == key.scope && $0.key.roots == key.roots }
            if answers.count >= answersMax { answers.removeFirst() }
            answers.append((key, answer))
        }
    }
}
