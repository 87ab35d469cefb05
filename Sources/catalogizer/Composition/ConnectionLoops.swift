import NIOCore
import NIOPosix

/// The event loops that serve connections.
enum ConnectionLoops {
    /// Two for each core, made when the first listener asks.
    ///
    /// A connection stays on its loop for life. With one loop a core, a core has nothing to do whenever its own loop has
    /// nothing, however long the queue of the other is; with two, the system has another one to give it. 64 connections
    /// that read ranges of 64 KiB on two cores: a fifth more requests a second for the same work in each.
    static let group: MultiThreadedEventLoopGroup = {
        NIOSingletons.groupLoopCountSuggestion = 2 * System.coreCount
        return .singleton
    }()
}
