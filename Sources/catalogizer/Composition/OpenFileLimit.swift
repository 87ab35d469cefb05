import CatalogCore
import Glibc
import Logging

/// How many files and connections a process may have open at once (`RLIMIT_NOFILE`).
///
/// Shells and systemd start programs with a low soft limit, for the sake of old ones that use `select`, and expect
/// others to raise it to the hard one.
enum OpenFileLimit {
    /// What a full server needs: each connection may hold one file open, beside the database, the index and scans.
    static let needed = Limits.connections * 2 + 1_024

    /// The hard limit of this process.
    static var hard: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_max)
    }

    /// Raises the soft limit of this process to the hard one, and warns when that is not enough.
    static func raise(_ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 {
            logger.warning(
                "the limit of open files could not be raised",
                metadata: ["error": "\(String(cString: strerror(errno)))"])
        }
        guard let message = shortage(of: hard) else { return }
        logger.warning("\(message)", metadata: ["remedy": "\(remedy)"])
    }

    /// What `doctor` says about a hard limit; nil when it is enough.
    static func check(hard: Int) -> DoctorCheck? {
        shortage(of: hard).map { .note("open files", $0, remedy: remedy) }
    }

    private static let remedy = "Raise it: LimitNOFILE= of the systemd unit, or `ulimit -Hn` of the shell."

    private static func shortage(of hard: Int) -> String? {
        guard hard < needed else { return nil }
        return "a program may have \(Quantity.count(hard)) open here; a server with all its "
            + "\(Quantity.count(Limits.connections)) connections needs \(Quantity.count(needed))"
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
