import CatalogCore
import CatalogStorage
import Glibc

/// A call of libnfs that failed, before anyone has said what that means.
struct NFSFailure: Error {
    /// The errno, positive.
    let number: Int32
    /// The library's words.
    let text: String

    /// Whether the connection is of no use any more (ESTALE may be about the root of its mount, which is another one now; ERANGE stands for every answer of version 4 without a number of its own,
    /// such as a state that the server has forgotten), and the same call may succeed on another one.
    var isConnectionBroken: Bool {
        switch number {
        case ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, EEXIST, ENAMETOOLONG, EINVAL, ELOOP, EROFS, ENOSPC, EDQUOT,
            ENOTEMPTY,
            ENXIO, EFBIG, ESPIPE, E2BIG, ENOBUFS:
            false
        default: true
        }
    }

    /// What it means for a path below a root that could be mounted.
    ///
    /// - Parameter action: for the log: "list", "open".
    func error(_ action: String, _ path: String) -> CatalogError {
        let cause = "\(action) \"\(path)\": \(text) (\(number))"
        switch number {
        case E2BIG: return CatalogError(.tooLarge, "The server does not come to the end of its answer", cause: cause)
        case ENOBUFS:
            return CatalogError(
                .tooLarge, "Other listings take all the memory that there is for them; scan again later", cause: cause)
        // ESTALE: the entry went away between two questions. EINVAL: a link that leaves the export.
        case ESTALE, EINVAL: return CatalogError(.notFound, "Path not found", cause: cause)
        default: return CatalogError.storage(errno: number, cause: cause)
        }
    }

    /// What it means for the export itself, for the person who set the root up.
    func mountError(_ target: NFSTarget) -> CatalogError {
        let place = "\(target.host):\(target.export)"
        let message =
            switch number {
            case ENOENT, ENOTDIR:
                "\(target.host) has no NFS export \(target.export); see what it exports with: showmount -e \(target.host)"
            case EACCES where !text.contains("resolv"), EPERM where !text.contains("resolv"):
                "\(place) does not let this machine in; allow its address in the export list of the server"
            default:
                HostProbe.complaint(host: target.host, port: target.port ?? Self.usualPort, service: "NFS")
                    ?? "\(place) cannot be mounted: \(text)"
            }
        return CatalogError(.storageUnavailable, message, cause: "mount \(place): \(text) (\(number))")
    }

    private static let usualPort = 2_049
}
