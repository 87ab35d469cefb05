import Glibc

/// What systemd is told of a service with `Type=notify`: a datagram to the socket that `NOTIFY_SOCKET` names. Nothing
/// without one. *Source*: sd_notify(3).
enum ServiceNotice: String {
    case ready = "READY=1"
    case stopping = "STOPPING=1"

    func send() {
        guard let place = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }), let first = place.first else { return }
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        var bytes = Array(place.utf8)
        guard first == "/" || first == "@", bytes.count < capacity else { return }
        // A name that begins with @ is an abstract one: it begins with a zero byte.
        if first == "@" { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout.size(ofValue: address) - capacity + bytes.count)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, rawValue, rawValue.utf8.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
