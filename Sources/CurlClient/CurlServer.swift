import CatalogCore
package import CatalogStorage

/// A server and how to speak to it.
package struct CurlServer: Sendable {
    /// How a connection is made safe.
    package enum TLS: String, Sendable, CaseIterable {
        /// It is not.
        case none
        /// FTP: the connection begins in the clear and changes before the login.
        case explicit
        /// From its first byte on.
        case implicit
    }

    /// Whom the server has to be.
    package enum Trust: Sendable, Equatable {
        /// One of the system's authorities says so.
        case system
        /// One of these authorities says so (PEM).
        case authorities(String)
        /// It shows the certificate with this SHA-256.
        case fingerprint([UInt8])
        /// Anybody.
        case anybody
    }

    /// Of the server.
    package let host: String
    /// Of the server.
    package let port: Int
    /// How the connection is made safe.
    package let tls: TLS
    /// Whom the server has to be.
    package let trust: Trust
    /// Nil for nobody.
    package let credentials: StorageCredentials?
    /// After how long a silent server counts as away.
    package let timeoutMilliseconds: Int

    /// - Parameters:
    ///   - tls: what the protocol uses when no option says something else.
    ///   - ports: the usual port for each way.
    /// - Throws: `CatalogError.invalidArgument` naming the option that makes no sense.
    package init(_ location: StorageLocation, tls usual: TLS, port: (TLS) -> Int) throws {
        guard let host = location.url.host else { throw CatalogError(.invalidArgument, "host is required") }
        self.host = host
        tls = try location.options.choice("tls", TLS.self) ?? usual
        self.port = location.url.port ?? port(tls)
        trust = try Trust(location.options)
        credentials = location.credentials
        timeoutMilliseconds = try location.options.timeoutMilliseconds()
        let texts = [credentials?.username ?? "", credentials?.password ?? ""]
        guard texts.allSatisfy({ text in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            throw CatalogError(.invalidArgument, "username and password must not have control characters")
        }
    }

    /// The host as it stands in a URL.
    package var shownHost: String { host.contains(":") ? "[\(host)]" : host }
}

extension CurlServer.Trust {
    /// From the options `tls_verify` (true), `tls_ca_pem` and `tls_fingerprint`.
    init(_ options: StorageOptions) throws {
        let verify = options.values["tls_verify"] ?? "true"
        guard ["true", "false"].contains(verify) else {
            throw CatalogError(.invalidArgument, "Invalid tls_verify: must be true or false")
        }
        if verify == "false" {
            guard ["tls_fingerprint", "tls_ca_pem"].allSatisfy({ options.values[$0]?.isEmpty ?? true }) else {
                throw CatalogError(
                    .invalidArgument,
                    "Invalid tls_verify: false believes any certificate, so tls_fingerprint or tls_ca_pem would count for nothing"
                )
            }
            self = .anybody
        } else if let text = options.values["tls_fingerprint"], !text.isEmpty {
            self = .fingerprint(try Self.fingerprint(text))
        } else if let pem = options.values["tls_ca_pem"], !pem.isEmpty {
            guard pem.contains("-----BEGIN CERTIFICATE-----") else {
                throw CatalogError(.invalidArgument, "Invalid tls_ca_pem: must be certificates in the PEM form")
            }
            self = .authorities(pem)
        } else {
            self = .system
        }
    }

    /// 32 bytes as hexadecimal digits, with or without colons: as `openssl x509 -fingerprint -sha256` prints them.
    private static func fingerprint(_ text: String) throws -> [UInt8] {
        let digits = text.lowercased().utf8.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: " ") }
        let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        guard values.count == 64, digits.count == 64 else {
            throw CatalogError(
                .invalidArgument,
                "Invalid tls_fingerprint: must be the SHA-256 of the certificate, 64 hexadecimal digits")
        }
        return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
