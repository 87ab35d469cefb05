import Foundation
import Testing

@testable import CatalogSearch

/// Who does the parts of a long search.
@Suite struct SearchThreadsTests {
    @Test func `Where no processor is idle, whoever came does every part`() {
        let threads = SearchThreads(processors: 4, idleProcessors: { 0 })
        let caller = ObjectIdentifier(Thread.current)
        let parts = threads.run(100) { (number: $0, thread: ObjectIdentifier(Thread.current)) }
        #expect(parts.map(\.number) == Array(0..<100))
        #expect(parts.allSatisfy { $0.thread == caller })
    }

    @Test func `Helpers do each part once`() {
        let threads = SearchThreads(processors: 4, idleProcessors: { 3 })
        for _ in 0..<200 { #expect(threads.run(50) { $0 }.sorted() == Array(0..<50)) }
    }

    @Test(arguments: [("0.20 0.18 0.12 3/80 11206\n", 3), ("0.20 0.18", nil), ("a b c d/e", nil), ("", nil)])
    func `The kernel's count of what wants to run is read, or nothing`(text: String, count: Int?) {
        #expect(IdleProcessors.running(in: text) == count)
    }

    @Test func `Somebody runs at this moment: we`() {
        #expect(IdleProcessors.count() < ProcessInfo.processInfo.activeProcessorCount)
    }
}
