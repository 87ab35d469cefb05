import CatalogCore
import Glibc
import Synchronization

/// A port of this machine where connections are taken, and nothing is ever said.
package final class TestListener: Sendable {
    /// Where it listens.
    package let port: Int
    private let descriptor: Int32
    private let taken = Mutex<[Int32]?>([])

    /// - Parameter isIPv6: on `::1` instead of `127.0.0.1`.
    /// - Throws: `CatalogError.internalError`, also where there is no IPv6.
    package init(isIPv6: Bool = false) throws {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_addr.__in6_u.__u6_addr8.15 = 1
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        guard let port = isIPv6 ? Self.listen(descriptor, &six) : Self.listen(descriptor, &four) else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw CatalogError.internalError("no listener: \(reason)")
        }
        self.port = port
    }

    deinit { close() }

    /// Connections that have been made until now.
    package var connections: Int {
        taken.withLock { taken in
            while taken != nil, case let next = accept(descriptor, nil, nil), next >= 0 { taken?.append(next) }
            return taken?.count ?? 0
        }
    }

    /// Ends all connections and refuses new ones.
    package func close() {
        taken.withLock { open in
            guard let taken = open else { return }
            for descriptor in taken { Glibc.close(descriptor) }
            Glibc.close(descriptor)
            open = nil
        }
    }

    /// - Returns: the port; nil for a failure.
    private static func listen<Form>(_ descriptor: Int32, _ address: inout Form) -> Int? {
        var size = socklen_t(MemoryLayout<Form>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, size) == 0, Glibc.listen(descriptor, 64) == 0,
                    getsockname(descriptor, address, &size) == 0
                else { return nil }
                // The port stands at the same place in both forms.
                let port = UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: in_port_t.self)
                return Int(in_port_t(bigEndian: port))
            }
        }
    }
}
