package import CatalogCore
import CatalogStorage

extension CurlFailure {
    /// What it means for the server itself, for the person who set the root up.
    package func serverError(_ server: CurlServer, service: String) -> CatalogError {
        let place = "\(server.host):\(server.port)"
        let message =
            switch kind {
            case .login:
                server.credentials.map { "\(place) refuses \($0.username): a wrong name or password" }
                    ?? "\(place) lets nobody in without a name; give a username and a password"
            case .tls:
                "\(place) cannot be trusted (\(text)); give its authority as tls_ca_pem or its tls_fingerprint, or check tls"
            case .broken where text.hasPrefix("421"):
                "\(place) turns us away: \(text)"
            case .unreachable, .broken, .refused:
                HostProbe.complaint(host: server.host, port: server.port, service: service)
                    ?? "\(place) does not speak \(service) as expected: \(text)"
            }
        return CatalogError(.storageUnavailable, message, cause: text)
    }
}
