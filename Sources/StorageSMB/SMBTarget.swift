import CatalogCore
import CatalogStorage
import SMBWire

/// A share, and how to speak to its server.
struct SMBTarget: Sendable {
    let settings: SMBSettings
    /// Bytes of the one address that may be connected to; nil for any, as shares may lead to other servers (DFS).
    let onlyAddress: [UInt8]?

    private enum Encryption: String, CaseIterable {
        /// As the server asks.
        case negotiated = "default"
        case required
    }

    /// A share, or with an empty one the server itself.
    init(settings: SMBSettings, onlyAddress: [UInt8]) {
        (self.settings, self.onlyAddress) = (settings, onlyAddress)
    }

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    init(_ location: StorageLocation) throws {
        guard let host = location.url.host else { throw CatalogError(.invalidArgument, "host is required") }
        let names = location.url.path.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        guard let first = names.first, let share = String(validating: first, as: UTF8.self) else {
            throw CatalogError(.invalidArgument, "path must begin with the name of a share")
        }
        guard !location.url.path.contains(UInt8(ascii: "\\")) else {
            throw CatalogError(.invalidArgument, "path must not contain a backslash")
        }
        var settings = SMBSettings(
            host: host, port: location.url.port ?? 445, share: share, directory: names.count > 1 ? Array(names[1]) : [])
        settings.username = location.credentials?.username ?? ""
        settings.password = location.credentials?.password ?? ""
        settings.domain = location.credentials?.domain ?? ""
        settings.mustEncrypt = try location.options.choice("encryption", Encryption.self) == .required
        settings.timeout = try location.options.timeoutMilliseconds()
        for text in [settings.username, settings.password, settings.domain] where text.utf8.contains(0) {
            throw CatalogError(.invalidArgument, "username, password and domain must not contain a NUL")
        }
        self.settings = settings
        onlyAddress = nil
    }
}
