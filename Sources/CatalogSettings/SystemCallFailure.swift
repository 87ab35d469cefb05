import Glibc

/// A system call on a file that did not work, in words that a person can act on.
struct SystemCallFailure: Error, CustomStringConvertible {
    /// What was tried, as a verb: "open", "create".
    let action: String
    let path: String
    let code: Int32

    /// - Parameter code: by default what the call just left in `errno`.
    init(_ action: String, _ path: String, code: Int32 = errno) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// The system's own words: "Permission denied".
    var reason: String { String(cString: strerror(code)) }

    var description: String { "cannot \(action) \(path): \(reason)" }
}
