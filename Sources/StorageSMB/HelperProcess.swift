import CLinux
import CatalogCore
import Foundation
import Glibc
import SMBWire

/// A helper program for SMB that was started, with one end of a new socket and a piece of memory as its only ways out. Whoever has it kills
/// the process and closes the descriptor.
struct HelperProcess {
    let process: pid_t
    /// Our end of the socket.
    let descriptor: Int32
    let block: SharedBlock

    /// Beside the program that runs now.
    static let path: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (program as NSString).deletingLastPathComponent + "/catalogizer-smb"
    }()

    /// - Throws: `CatalogError.unavailable`, `.storageUnavailable` without the program.
    static func start() throws -> HelperProcess {
        let memory = catalog_make_shared_memory(SharedBlock.count)
        guard memory >= 0 else { throw busy("memory to share", -memory) }
        defer { close(memory) }
        guard let block = SharedBlock(descriptor: memory) else { throw busy("mmap", errno) }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw busy("socketpair", errno)
        }
        defer { close(ends[1]) }
        var size: Int32 = 1 << 20
        for end in ends { setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        var process: pid_t = 0
        let result = catalog_start_helper(path, ends[1], memory, &process)
        guard result == 0 else {
            close(ends[0])
            throw CatalogError(
                .storageUnavailable,
                "The helper program for SMB cannot be started; install catalogizer-smb beside the server",
                cause: "\(path): \(String(cString: strerror(-result)))")
        }
        return HelperProcess(process: process, descriptor: ends[0], block: block)
    }

    private static func busy(_ call: String, _ number: Int32) -> CatalogError {
        CatalogError(.unavailable, "The server is busy", cause: "\(call): \(String(cString: strerror(number)))")
    }
}
