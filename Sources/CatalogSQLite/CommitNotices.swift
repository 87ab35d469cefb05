import Dispatch
import Glibc

/// Hears of what is committed to a database, by whichever process: the kernel says when its write-ahead log is written (inotify).
///
/// A notice may come a moment before its commit can be read, as the log is written before its index; and the database's own upkeep
/// writes there too. So it is a reason to look, and never the only one.
enum CommitNotices {
    /// - Parameter log: the path of the log, which is there as long as somebody has the database open.
    /// - Returns: nil where the kernel does not tell: the log is not there, or the user may watch no more.
    static func stream(ofLog log: String) -> AsyncStream<Void>? {
        let notices = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard notices >= 0 else { return nil }
        guard inotify_add_watch(notices, log, UInt32(IN_MODIFY)) >= 0 else {
            close(notices)
            return nil
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        // Cancelling is for any thread, which its type does not say.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: notices, queue: .global())
        source.setEventHandler {
            drain(notices)
            continuation.yield()
        }
        source.setCancelHandler { close(notices) }
        continuation.onTermination = { _ in source.cancel() }
        source.resume()
        return stream
    }

    /// What was written does not matter, only that it was.
    private static func drain(_ notices: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { buffer in
            while read(notices, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
