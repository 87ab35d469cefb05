import CatalogCore

/// Which machines the server may be sent to (`smb.allowed_networks`).
package struct AllowedNetworks: Sendable {
    private let networks: [Network]?

    private struct Network: Sendable {
        let address: HostAddress
        let prefixBits: Int

        func contains(_ other: HostAddress) -> Bool {
            let (own, asked) = (address.bytes, other.bytes)
            guard own.count == asked.count else { return false }
            let whole = prefixBits / 8
            guard own.prefix(whole) == asked.prefix(whole) else { return false }
            let rest = prefixBits % 8
            return rest == 0 || (own[whole] ^ asked[whole]) >> (8 - rest) == 0
        }
    }

    /// All of them.
    package static let every = AllowedNetworks()

    private init() {
        networks = nil
    }

    /// - Parameter entries: addresses, or networks as `10.0.0.0/8`; none for every network.
    /// - Throws: `CatalogError.invalidArgument` for the first that is neither.
    package init(_ entries: [String]) throws {
        networks = entries.isEmpty ? nil : try entries.map(Self.network)
    }

    /// Whether a connection may be made to `address`.
    package func contains(_ address: HostAddress) -> Bool {
        networks?.contains { $0.contains(address) } ?? true
    }

    private static func network(_ entry: String) throws -> Network {
        let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let invalid = CatalogError(.invalidArgument, "\(entry) is neither an address nor a network such as 10.0.0.0/8")
        guard let text = parts.first, let address = HostAddress(parsing: text) else { throw invalid }
        // What is written as IPv6 and means IPv4 has 96 bits in front.
        let written = text.contains(":") ? 128 : 32
        let missing = written - address.bytes.count * 8
        guard let bits = parts.count > 1 ? Int(parts[1]) : written, (missing...written).contains(bits) else {
            throw invalid
        }
        return Network(address: address, prefixBits: bits - missing)
    }
}
