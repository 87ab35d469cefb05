import CLinux
import NIOPosix

/// Gives memory back to the system after many clients have gone.
///
/// Each connection may hold a piece of an answer in memory. When hundreds of them end, glibc keeps what they held,
/// because some small block that lives on lies behind it in the same heap.
struct HeapTrim {
    /// Connections that must have gone since the last time: below that it is some megabytes.
    static let connectionsGone = 64
    static let interval = Duration.seconds(1)
    /// Looks after that at which memory is given back: what the clients held is freed some time after they have gone.
    static let repeats = 3
    private var most = 0

    /// Whether many of the connections that there were are gone.
    ///
    /// - Parameter connections: open now.
    mutating func isDue(connections: Int) -> Bool {
        most = max(most, connections)
        guard most - connections >= HeapTrim.connectionsGone, connections <= most / 2 else { return false }
        most = connections
        return true
    }

    /// Looks at the number of connections every second, until the task is cancelled.
    ///
    /// - Parameter peak: the most that were open since the last look, since all may come and go between two.
    static func run(connections: @Sendable () -> Int, peak: @Sendable () -> Int) async {
        var trim = HeapTrim()
        var due = 0
        while (try? await Task.sleep(for: interval)) != nil {
            trim.most = max(trim.most, peak())
            if trim.isDue(connections: connections()) { due = repeats }
            guard due > 0 else { continue }
            due -= 1
            // It takes milliseconds, which neither an event loop nor the cooperative pool has.
            try? await NIOThreadPool.singleton.runIfActive { catalog_trim_heap() }
        }
    }
}
