import NIOCore
import NIOPosix

/// The event loops that serve connections.
enum ConnectionLoops {
    /// One more than there are cores, made when the first listener asks.
    ///
    /// A connection stays on its loop for life. With one loop a core, a core has nothing to do whenever its own loop has
    /// nothing, however long the queue of the other is; with one more, the system has another one to give it. Measured on
    /// two cores with 64 connections: ranges of 64 KiB a fifth faster, listings a twentieth slower, since they change
    /// threads anyway; with four loops a quarter and a tenth.
    static let group: MultiThreadedEventLoopGroup = {
        NIOSingletons.groupLoopCountSuggestion = System.coreCount + 1
        return .singleton
    }()
}
