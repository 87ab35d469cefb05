import Synchronization

/// How many bytes of answers all connections together keep in memory: the library holds a listing until its end, and servers that do not come
/// to one must not take the memory of everything else.
final class NFSAnswerBudget: Sendable {
    /// What this program has. One directory of the largest kind fits into it, or many that are merely large.
    static let common = NFSAnswerBudget(mostBytes: NFSBackend.answerBytes)

    private let mostBytes: Int64
    private let taken = Atomic<Int64>(0)

    init(mostBytes: Int64) {
        self.mostBytes = mostBytes
    }

    /// What one answer has of it; for one thread, which gives it back.
    struct Share: ~Copyable {
        private let budget: NFSAnswerBudget
        private var bytes: Int64 = 0

        init(of budget: NFSAnswerBudget) {
            self.budget = budget
        }

        deinit { budget.taken.wrappingSubtract(bytes, ordering: .relaxed) }

        /// Takes what an answer of so many bytes needs.
        ///
        /// - Returns: false when there is not so much left.
        mutating func grow(to bytes: Int64) -> Bool {
            guard bytes > self.bytes else { return true }
            let sum = budget.taken.wrappingAdd(bytes - self.bytes, ordering: .relaxed).newValue
            self.bytes = bytes
            return sum <= budget.mostBytes
        }
    }
}
