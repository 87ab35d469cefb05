/// Which proxies may say where a request comes from (`server.trusted_proxies`).
///
/// Nobody else is believed.
package struct ProxyTrust: Sendable {
    private let networks: [Network]

    private struct Network: Sendable {
        let address: [UInt8]
        let prefixBits: Int

        func contains(_ other: [UInt8]) -> Bool {
            guard other.count == address.count else { return false }
            let whole = prefixBits / 8
            guard address.prefix(whole) == other.prefix(whole) else { return false }
            let rest = prefixBits % 8
            return rest == 0 || (address[whole] ^ other[whole]) >> (8 - rest) == 0
        }
    }

    /// Proxies in a row that are looked at: longer chains exist only to make us work.
    private static let hopsMax = 32

    /// - Parameter entries: addresses, or networks as `10.0.0.0/8`.
    /// - Throws: `InvalidProxy` for the first that is neither.
    package init(_ entries: [String]) throws {
        networks = try entries.map { entry in
            let parts = entry.split(separator: "/", maxSplits: 1)
            guard let first = parts.first, let address = ClientAddress(parsing: first) else {
                throw InvalidProxy(entry: entry)
            }
            let bits = parts.count > 1 ? Int(parts[1]) : address.bytes.count * 8
            guard let bits, (0...(address.bytes.count * 8)).contains(bits) else { throw InvalidProxy(entry: entry) }
            return Network(address: address.bytes, prefixBits: bits)
        }
    }

    /// An entry that is no address and no network.
    package struct InvalidProxy: Error, CustomStringConvertible {
        let entry: String
        package var description: String {
            "server.trusted_proxies: \(entry) is neither an address nor a network like 10.0.0.0/8"
        }
    }

    /// Whether what `address` says about others is believed.
    package func trusts(_ address: ClientAddress) -> Bool {
        networks.contains { $0.contains(address.bytes) }
    }

    /// The address that a request counts for: the last one on the way here that is no trusted proxy.
    ///
    /// `X-Forwarded-For` is walked from the right, because a client can write what it likes on the left.
    package func clientAddress(peer: ClientAddress, forwardedFor: String?) -> ClientAddress {
        guard let forwardedFor, trusts(peer) else { return peer }
        var current = peer
        for entry in forwardedFor.split(separator: ",").reversed().prefix(ProxyTrust.hopsMax) {
            guard let next = ClientAddress(parsing: entry) else { return current }
            current = next
            guard trusts(current) else { return current }
        }
        return current
    }
}
