import CCurl
import Glibc

/// The sockets that one handle has open. libcurl says goodbye to an FTP server before it closes a connection, and waits for the
/// answer; whoever lets go of a connection may be on a thread that must not wait.
///
/// Used by the one thread that has the handle.
final class CurlSockets {
    private var open: Set<Int32> = []

    /// Cuts every connection, so that closing it waits for nobody.
    func cut() {
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Called by the library in place of `socket` and `close`; their context is this object, which outlives the handle.
    static let opened: catalog_curl_open_socket = { context, _, address in
        guard let context, let address = address?.pointee else { return -1 }
        let type = address.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, address.protocol)
        if descriptor >= 0 { sockets(context).open.insert(descriptor) }
        return descriptor
    }
    static let closed: catalog_curl_close_socket = { context, descriptor in
        if let context { sockets(context).open.remove(descriptor) }
        return close(descriptor)
    }

    private static func sockets(_ context: UnsafeMutableRawPointer) -> CurlSockets {
        Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue()
    }
}
