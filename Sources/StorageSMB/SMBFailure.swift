import CatalogCore
import CatalogStorage
import Glibc
import SMBWire

/// A call of the helper that failed, before anyone has said what that means.
struct SMBFailure: Error {
    /// The errno, positive.
    let number: Int32
    /// Whether the server has ended the session or closed the share: the library says `EINVAL` to that, too.
    let isSessionLost: Bool

    init(number: Int32, isSessionLost: Bool = false) {
        (self.number, self.isSessionLost) = (number, isSessionLost)
    }

    /// The system's words for it.
    var text: String { String(cString: strerror(number)) }

    /// Whether the helper is of no use any more, and the same call may succeed in another one.
    var isConnectionBroken: Bool {
        if isSessionLost { return true }
        return switch number {
        case ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, EEXIST, ENAMETOOLONG, EINVAL, ELOOP, EROFS, ENOSPC, EDQUOT, EFBIG,
            ENOTEMPTY,
            ENODEV, EBUSY, ESPIPE:
            false
        default: true
        }
    }

    /// What it means for a path in a share that can be reached.
    ///
    /// - Parameter action: for the log: "list", "open".
    func error(_ action: String, _ path: String) -> CatalogError {
        let cause = "\(action) \"\(path)\": \(text) (\(number))"
        switch number {
        // A name that no Windows file can have.
        case EINVAL where !isSessionLost: return CatalogError(.notFound, "Path not found", cause: cause)
        case EBUSY: return CatalogError(.conflict, "The file is in use by another program", cause: cause)
        default: return CatalogError.storage(errno: number, cause: cause)
        }
    }

    /// What it means for the share itself, for the person who set the root up.
    func shareError(_ target: SMBTarget) -> CatalogError {
        let settings = target.settings
        let place = "\\\\\(settings.host)\\\(settings.share)"
        let message =
            switch number {
            case EACCES, EPERM:
                settings.username.isEmpty
                    ? "\(place) lets no guests in; give a username and a password"
                    : "\(place) refuses \(settings.username): a wrong password, another domain, or no right to the share"
            case ENOENT, ENODEV, ENOTDIR:
                settings.directory.isEmpty
                    ? "\(settings.host) has no share \(settings.share); see what it has with: smbclient -L \(settings.host)"
                    : "\(place) has no directory \(String(decoding: settings.directory, as: UTF8.self))"
            default:
                HostProbe.complaint(host: settings.host, port: settings.port, service: "SMB")
                    ?? "\(place) cannot be reached: \(text)"
            }
        return CatalogError(.storageUnavailable, message, cause: "connect to \(place): \(text) (\(number))")
    }
}
