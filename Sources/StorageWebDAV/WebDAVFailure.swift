import CatalogCore
import CatalogStorage
import CurlClient

/// An answer of a WebDAV server that is not what was asked for, before anyone has said what that means.
struct WebDAVFailure: Error {
    /// Of HTTP.
    let status: Int

    /// Whether a server has done what it was to change. 207 says that a part of it was not done (RFC 4918 section 9.6.1).
    static func isDone(_ status: Int) -> Bool { (200..<300).contains(status) && status != 207 }

    /// What it means for a path below a root that can be reached.
    ///
    /// - Parameter action: for the log: "list", "open".
    func error(_ action: String, _ place: [UInt8]) -> CatalogError {
        let cause = "\(action) \"\(NameEncoding.text(of: place))\": HTTP status \(status)"
        switch status {
        // 409: a collection on the way is missing.
        case 404, 409, 410: return CatalogError(.notFound, "Path not found", cause: cause)
        case 401, 403, 405: return CatalogError(.permissionDenied, "The storage refuses access", cause: cause)
        case 412: return CatalogError(.alreadyExists, "Path already exists", cause: cause)
        case 413, 507: return CatalogError(.insufficientStorage, "The storage is full", cause: cause)
        case 207, 423: return CatalogError(.conflict, "The file is in use by another program", cause: cause)
        default: return CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
        }
    }

    /// What it means for the collection that is the root, for the person who set it up.
    func rootError(_ target: WebDAVTarget) -> CatalogError {
        let place = "\(target.authority)\(NameEncoding.text(of: target.path))/"
        let message =
            switch status {
            case 401, 403:
                target.server.credentials.map {
                    "\(place) refuses \($0.username): a wrong name or password, or no right"
                }
                    ?? "\(place) lets nobody in without a name; give a username and a password"
            case 404, 410: "\(target.authority) has no collection \(NameEncoding.text(of: target.path))/"
            case 300..<400: "\(place) sends us to another address; give that one"
            case 200..<300, 405, 501: "\(place) does not speak WebDAV; check the path"
            default: "\(place) answers with HTTP status \(status)"
            }
        return CatalogError(.storageUnavailable, message, cause: "HTTP status \(status)")
    }
}

extension CurlFailure {
    func webDAVError(_ action: String, _ place: [UInt8]) -> CatalogError {
        let cause = "\(action) \"\(NameEncoding.text(of: place))\": \(text)"
        return CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
    }
}
