import CatalogCore
import Glibc

/// A system call that failed, before anyone has said what that means.
struct SystemFailure: Error {
    /// The errno, positive.
    let number: Int32

    /// - Parameter result: what a function of `CLinux` returned.
    init(_ result: Int) {
        number = Int32(clamping: -result)
    }

    init(number: Int32) {
        self.number = number
    }

    /// The system's words for it.
    var text: String { String(cString: strerror(number)) }

    /// What it means for a path below a root that could be opened.
    ///
    /// - Parameters:
    ///   - action: for the log: "list", "open".
    ///   - path: for the log.
    /// - Returns: what callers throw.
    func error(_ action: String, _ path: NativePath) -> CatalogError {
        let cause = "\(action) \"\(path.text)\": \(text)"
        switch number {
        // A link that leaves the root. It reads like an absent file, so that nobody can feel around outside.
        case EXDEV: return CatalogError(.notFound, "Path not found", cause: cause)
        case EAGAIN: return CatalogError(.conflict, "The file is in use by another program", cause: cause)
        default: return CatalogError.storage(errno: number, cause: cause)
        }
    }

    /// The same where a directory was meant: what is no directory, a link included, is `.conflict`.
    func directoryError(_ path: NativePath) -> CatalogError {
        let cause = "list \"\(path.text)\": \(text)"
        switch number {
        case ENOTDIR, ELOOP, EXDEV: return CatalogError(.conflict, "Path is not a directory", cause: cause)
        case ENOENT where path.isRoot: return CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
        default: return error("list", path)
        }
    }
}
