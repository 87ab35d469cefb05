import CatalogCore
import Glibc

/// Ends the process when it has not ended by itself, even if every thread of it waits for something.
enum ExitTimer {
    /// Below the ten seconds that a caller may count on.
    private static let seconds = UInt32(Limits.shutdownSeconds + 1)

    /// From now on the process has this long to end.
    static func arm() {
        signal(SIGALRM) { _ in
            // Nothing but system calls here: the signal may have interrupted anything. A full pipe must not hold it up.
            var talk = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            if poll(&talk, 1, 0) == 1, talk.revents & Int16(POLLOUT) != 0 {
                let text: StaticString = "catalogizer: running work did not stop in time: ending without it\n"
                write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            }
            _exit(CommandFailure.failed)
        }
        alarm(seconds)
    }
}
