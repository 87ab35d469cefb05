import Glibc
package import NIOCore

/// The address that a request counts for.
package struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    /// Network order; four or sixteen bytes, none for a connection without an address (a Unix socket, a test).
    package let bytes: [UInt8]

    /// - Parameter bytes: four or sixteen of them; an IPv4 address in IPv6 form (`::ffff:a.b.c.d`) becomes four.
    package init(bytes: [UInt8]) {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        self.bytes = bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }

    /// A connection without an address.
    package static let none = ClientAddress(bytes: [])

    /// Reads `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, and each with a port, as header fields write them.
    package init?(parsing text: some StringProtocol) {
        var host = text.drop { $0 == " " }[...]
        while host.last == " " { host.removeLast() }
        if host.first == "[", let end = host.firstIndex(of: "]") {
            host = host[host.index(after: host.startIndex)..<end]
        } else if host.filter({ $0 == ":" }).count == 1, let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        var four = in_addr()
        if inet_pton(AF_INET, String(host), &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
            return
        }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, String(host), &sixteen) == 1 else { return nil }
        self.init(bytes: withUnsafeBytes(of: &sixteen) { Array($0) })
    }

    /// The address of the other end of a connection.
    package init(_ address: SocketAddress?) {
        guard let address, address.protocol != .unix else {
            self = .none
            return
        }
        // Family and port take four bytes; IPv6 has four more of flow information before the address.
        let raw = address.withSockAddr { pointer, size in Array(UnsafeRawBufferPointer(start: pointer, count: size)) }
        self.init(bytes: Array(address.protocol == .inet ? raw[4..<8] : raw[8..<24]))
    }

    /// The text form of RFC 5952; `-` for none.
    package var description: String {
        guard bytes.count == 4 || bytes.count == 16 else { return "-" }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "-" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What a rate limit counts by: the address, of IPv6 only the network of 64 bits, since one host owns all of it.
    package var rateKey: String {
        bytes.count == 16
            ? ClientAddress(bytes: bytes.prefix(8) + [UInt8](repeating: 0, count: 8)).description : description
    }
}
