import Glibc

/// An open file descriptor with one owner; closed when the owner lets go.
struct Descriptor: ~Copyable, Sendable {
    private let number: Int32

    /// Takes over `number`, which nothing else may close.
    init(_ number: Int32) {
        self.number = number
    }

    /// Lends the number; the descriptor stays open until `body` returns.
    func withNumber<Result: ~Copyable>(_ body: (Int32) throws -> Result) rethrows -> Result {
        try body(number)
    }

    deinit {
        _ = close(number)
    }
}
