import Synchronization
import Testing

@testable import CatalogServer

/// Work side by side whose results come in order.
@Suite struct OrderedWorkTests {
    private struct Failure: Error {}

    @Test func `Results come in the order of the inputs, however long each takes`() async throws {
        var (next, results) = (0, [Int]())
        let running = Atomic<Int>(0)
        let most = Mutex(0)
        try await OrderedWork.run(width: 3) {
            next += 1
            return next <= 100 ? next : nil
        } work: { number in
            let now = running.wrappingAdd(1, ordering: .relaxed).newValue
            most.withLock { $0 = max($0, now) }
            for _ in 0..<(number * 7 % 5) { await Task.yield() }
            running.wrappingSubtract(1, ordering: .relaxed)
            return number * 2
        } emit: {
            results.append($0)
        }
        #expect(results == (1...100).map { $0 * 2 })
        #expect(most.withLock { $0 } <= 3)
    }

    @Test func `An input that fails ends everything, and nothing runs on`() async {
        let running = Atomic<Int>(0)
        var (next, results) = (0, [Int]())
        await #expect(throws: Failure.self) {
            try await OrderedWork.run(width: 4) {
                next += 1
                return next
            } work: { number in
                running.wrappingAdd(1, ordering: .relaxed)
                defer { running.wrappingSubtract(1, ordering: .relaxed) }
                await Task.yield()
                if number == 5 { throw Failure() }
                return number
            } emit: {
                results.append($0)
            }
        }
        #expect(running.load(ordering: .relaxed) == 0)
        #expect(results == Array(1..<(results.count + 1)) && results.count < 5)
    }

    @Test func `No input is no result`() async throws {
        var results: [Int] = []
        try await OrderedWork.run(width: 4) {
            nil as Int?
        } work: {
            $0
        } emit: {
            results.append($0)
        }
        #expect(results.isEmpty)
    }
}
