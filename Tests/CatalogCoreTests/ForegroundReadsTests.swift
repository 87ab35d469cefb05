import CatalogCore
import Synchronization
import Testing

@Suite struct ForegroundReadsTests {
    private let reads = ForegroundReads()

    @Test("Work gets on beside a read that does not end before it")
    func getsOn() async {
        await reads.run {
            var patience = reads.patience(milliseconds: 3)
            for _ in 0..<100 { patience.letPass() }
        }
    }

    @Test("Work waits for the read that runs")
    func waits() async {
        let isOver = Mutex(false)
        let (started, start) = AsyncStream<Void>.makeStream()
        async let read: Void = reads.run {
            start.finish()
            try? await Task.sleep(for: .milliseconds(20))
            isOver.withLock { $0 = true }
        }
        for await _ in started {}
        var patience = reads.patience(milliseconds: 60_000)
        patience.letPass()
        #expect(isOver.withLock { $0 })
        await read
    }
}
