import Glibc

/// Why a machine cannot be reached, for the person who set a storage root up: libraries tell too little.
package enum HostProbe {
    private static let timeoutMilliseconds: Int32 = 3_000

    /// Looks up a name and knocks at a port.
    ///
    /// - Parameter service: what should be there: "NFS".
    /// - Returns: what is wrong and what to do; nil when somebody listens there. Blocks for some seconds at most, beside the
    ///   time that the name service takes.
    package static func complaint(host: String, port: Int, service: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let first = list else {
            return "The name \(host) cannot be resolved; check it, or use an address"
        }
        defer { freeaddrinfo(list) }
        var number: Int32 = EHOSTUNREACH
        for address in sequence(first: first, next: { $0.pointee.ai_next }) {
            number = connect(to: address.pointee)
            if number == 0 { return nil }
        }
        switch number {
        case ECONNREFUSED:
            return "\(host) is there, but nothing listens on port \(port); is its \(service) service on, at this port?"
        case ETIMEDOUT: return "\(host) does not answer on port \(port); is it on, and does a firewall let us through?"
        default: return "\(host) cannot be reached: \(String(cString: strerror(number)))"
        }
    }

    /// - Returns: 0, or the errno.
    private static func connect(to address: addrinfo) -> Int32 {
        let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&waiting, 1, timeoutMilliseconds) > 0 else { return ETIMEDOUT }
        var result: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &size) == 0 else { return errno }
        return result
    }
}
