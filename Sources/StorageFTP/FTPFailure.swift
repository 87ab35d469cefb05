import CatalogCore
import CatalogStorage
import CurlClient

extension CurlFailure {
    /// What it means for a path below a root that can be reached, when the server refused something that should be possible.
    func ftpError(_ action: String, _ path: [UInt8]) -> CatalogError {
        let cause = "\(action) \"\(NameEncoding.text(of: path))\": \(text)"
        guard kind == .refused else { return CatalogError(.storageUnavailable, "Storage unavailable", cause: cause) }
        // RFC 959 section 4.2: no room, over the quota.
        if text.contains("452") || text.contains("552") {
            return CatalogError(.insufficientStorage, "The storage is full", cause: cause)
        }
        return CatalogError(.permissionDenied, "The storage refuses access", cause: cause)
    }
}
