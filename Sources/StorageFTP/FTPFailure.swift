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

    /// What it means for the server itself, for the person who set the root up.
    func serverError(_ server: CurlServer, service: String) -> CatalogError {
        let place = "\(server.host):\(server.port)"
        let message =
            switch kind {
            case .login:
                server.credentials.map { "\(place) refuses \($0.username): a wrong name or password" }
                    ?? "\(place) lets nobody in without a name; give a username and a password"
            case .tls:
                "\(place) cannot be trusted (\(text)); give its authority as tls_ca_pem or its tls_fingerprint, or check tls"
            case .unreachable, .broken, .refused:
                HostProbe.complaint(host: server.host, port: server.port, service: service)
                    ?? "\(place) does not speak \(service) as expected: \(text)"
            }
        return CatalogError(.storageUnavailable, message, cause: text)
    }
}
