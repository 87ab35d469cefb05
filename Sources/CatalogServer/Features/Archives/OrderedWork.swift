/// Work that several threads do at once, and whose results are wanted in its order.
enum OrderedWork {
    /// Takes inputs one after the other, works at some of them at a time, and hands on the results in the order of the inputs.
    ///
    /// Nothing of it runs on when this returns or throws.
    ///
    /// - Parameters:
    ///   - width: inputs that are taken before the first result of them is handed on.
    ///   - next: the next input; nil at the end.
    ///   - work: may run beside itself.
    ///   - emit: takes a result.
    static func run<Input: Sendable, Output: Sendable>(
        width: Int, next: () async throws -> Input?, work: @escaping @Sendable (Input) async throws -> Output,
        emit: (Output) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            var (begun, emitted, isOver) = (0, 0, false)
            var done: [Int: Output] = [:]
            while true {
                while !isOver, begun - emitted < width {
                    guard let input = try await next() else {
                        isOver = true
                        break
                    }
                    let number = begun
                    begun += 1
                    group.addTask { (number, try await work(input)) }
                }
                guard emitted < begun else { return }
                while done[emitted] == nil, let (number, output) = try await group.next() { done[number] = output }
                while let output = done.removeValue(forKey: emitted) {
                    emitted += 1
                    try await emit(output)
                }
            }
        }
    }
}
