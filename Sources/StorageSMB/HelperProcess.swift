import CLinux
import CatalogCore
import Foundation
import Glibc

/// Starts the helper program for SMB, with one end of a new socket as its only way out.
enum HelperProcess {
    /// Beside the program that runs now.
    static let path: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (program as NSString).deletingLastPathComponent + "/catalogizer-smb"
    }()

    /// - Returns: the process, and our end of the socket. Whoever gets them kills the one and closes the other.
    /// - Throws: `CatalogError.internalError`.
    static func start() throws -> (process: pid_t, descriptor: Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw CatalogError(
                .unavailable, "The server is busy", cause: "socketpair: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[1]) }
        var size: Int32 = 1 << 20
        for end in ends { setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        var process: pid_t = 0
        let result = catalog_start_helper(path, ends[1], &process)
        guard result == 0 else {
            close(ends[0])
            throw CatalogError(
                .storageUnavailable,
                "The helper program for SMB cannot be started; install catalogizer-smb beside the server",
                cause: "\(path): \(String(cString: strerror(-result)))")
        }
        return (process, ends[0])
    }
}
