import Glibc

/// One address of a machine: what a connection is really made to, in whatever way its name was written.
package struct HostAddress: Sendable, Hashable {
    /// Network order; four or sixteen.
    package let bytes: [UInt8]
    /// The interface of a link-local address; 0 for none.
    private let scope: UInt32

    /// Reads the text form of an address, and nothing else; nil for names.
    package init?(parsing text: some StringProtocol) {
        var four = in_addr()
        if inet_pton(AF_INET, String(text), &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
            return
        }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, String(text), &sixteen) == 1 else { return nil }
        self.init(bytes: withUnsafeBytes(of: &sixteen) { Array($0) })
    }

    /// An IPv4 address in the form of IPv6 (`::ffff:a.b.c.d`) is the IPv4 address: the kernel connects to that one.
    private init(bytes: [UInt8], scope: UInt32 = 0) {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let isMapped = bytes.count == 16 && bytes.starts(with: mapped)
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        self.scope = isMapped ? 0 : scope
    }

    private init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let four = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            self.init(bytes: withUnsafeBytes(of: four.sin_addr) { Array($0) })
        case AF_INET6:
            let sixteen = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            self.init(bytes: withUnsafeBytes(of: sixteen.sin6_addr) { Array($0) }, scope: sixteen.sin6_scope_id)
        default: return nil
        }
    }

    /// Every address of a machine, the best first, each once: of a name, of an address, and of what the system takes for one
    /// beside (`127.1`, `2130706433`, `0x7f000001`). Blocks for as long as the name service takes.
    ///
    /// - Returns: nothing when the name cannot be resolved.
    package static func all(of host: String) -> [HostAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(list) }
        var seen: Set<HostAddress> = []
        return sequence(first: first, next: { $0.pointee.ai_next }).compactMap { info in
            guard let pointer = info.pointee.ai_addr, let address = HostAddress(pointer), seen.insert(address).inserted
            else { return nil }
            return address
        }
    }

    /// Runs `body` with the form that the system takes.
    func withSocketAddress<Value>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        let port = in_port_t(truncatingIfNeeded: port).bigEndian
        if bytes.count == 4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            return Self.call(&address, body)
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port
        address.sin6_scope_id = scope
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
        return Self.call(&address, body)
    }

    private static func call<Form, Value>(
        _ address: inout Form, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Form>.size)) }
        }
    }
}

extension HostAddress: CustomStringConvertible {
    /// The text form, with the interface of a link-local address: what anybody connects to without asking a name service.
    package var description: String {
        withSocketAddress(port: 0) { address, size in
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                return "-"
            }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
