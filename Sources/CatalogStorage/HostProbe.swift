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
        let addresses = HostAddress.all(of: host)
        if case .failure(let complaint) = answering(addresses, host: host, port: port, service: service) {
            return complaint.text
        }
        return nil
    }

    /// What is wrong and what to do.
    package struct Complaint: Error {
        /// One sentence; it names the machine.
        package let text: String
    }

    /// Knocks at addresses, one after the other.
    ///
    /// - Parameters:
    ///   - addresses: of the machine `host`; none for a name that nobody knows.
    ///   - service: what should be there: "NFS".
    /// - Returns: the first where somebody listens. Blocks for some seconds with each.
    package static func answering(
        _ addresses: [HostAddress], host: String, port: Int, service: String
    ) -> Result<HostAddress, Complaint> {
        guard !addresses.isEmpty else {
            return .failure(Complaint(text: "The name \(host) cannot be resolved; check it, or use an address"))
        }
        var number: Int32 = EHOSTUNREACH
        for address in addresses {
            number = address.withSocketAddress(port: port, connect)
            if number == 0 { return .success(address) }
        }
        return .failure(Complaint(text: words(number, host, port, service)))
    }

    private static func words(_ number: Int32, _ host: String, _ port: Int, _ service: String) -> String {
        switch number {
        case ECONNREFUSED:
            "\(host) is there, but nothing listens on port \(port); is its \(service) service on, at this port?"
        case ETIMEDOUT: "\(host) does not answer on port \(port); is it on, and does a firewall let us through?"
        default: "\(host) cannot be reached: \(String(cString: strerror(number)))"
        }
    }

    /// - Returns: 0, or the errno.
    private static func connect(to address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(address.pointee.sa_family), kind, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address, size) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&waiting, 1, timeoutMilliseconds) > 0 else { return ETIMEDOUT }
        var result: Int32 = 0
        var resultSize = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &resultSize) == 0 else { return errno }
        return result
    }
}
