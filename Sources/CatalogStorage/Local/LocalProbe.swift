import CLinux
import CatalogCore
import Glibc

/// Looks at a local root as a whole.
struct LocalProbe {
    let root: LocalRoot

    /// - Throws: `SystemFailure` when the root cannot be read.
    func run() throws -> StorageProbe {
        let stat = try root.withNumber { try LocalBackend.attributes(of: $0) }
        // Reads the first records, because a root that opens may still be unreadable.
        let handle = try root.open(NativePath(), flags: O_RDONLY | O_DIRECTORY, followsLinks: false)
        let space = try handle.withNumber { try LocalProbe.fileSystem(readable: $0) }
        return StorageProbe(
            identity: LocalProbe.identity(stat, space),
            device: Int64(bitPattern: stat.device),
            inode: Int64(bitPattern: stat.inode),
            freeBytes: Int64(clamping: space.free_bytes),
            totalBytes: Int64(clamping: space.total_bytes))
    }

    /// What a person who set up the root reads when it cannot be used.
    static func explanation(of failure: SystemFailure, path: String) -> CatalogError {
        let cause = "probe \"\(path)\": \(failure.text)"
        switch failure.number {
        case ENOENT:
            return CatalogError(
                .storageUnavailable,
                "The directory \(path) does not exist; mount its disk or correct the path", cause: cause)
        case ENOTDIR:
            return CatalogError(
                .storageUnavailable, "\(path) is not a directory; correct the path", cause: cause)
        case EACCES, EPERM:
            return CatalogError(
                .permissionDenied,
                "The directory \(path) cannot be read; give the account that runs the server the right to read and "
                    + "enter it and the directories above it",
                cause: cause)
        case ENOSYS:
            return CatalogError(
                .storageUnavailable,
                "This system has no openat2, which keeps the server inside of \(path); Linux 5.6 or later has it",
                cause: cause)
        case EMFILE, ENFILE, ENOMEM:
            return CatalogError(
                .unavailable, "The server has no open files or memory left (\(failure.text)); try again later",
                cause: cause)
        default:
            return CatalogError(
                .storageUnavailable,
                "The directory \(path) cannot be read (\(failure.text)); check its disk and its mount", cause: cause)
        }
    }

    /// The file system of an open directory whose names can be read and looked at, which takes the right to search it.
    private static func fileSystem(readable number: Int32) throws -> catalog_file_system {
        var records = [UInt8](repeating: 0, count: 4_096)
        let length = records.withUnsafeMutableBytes { catalog_getdents(number, $0.baseAddress, $0.count) }
        guard length >= 0 else { throw SystemFailure(length) }
        var stat = catalog_stat()
        guard catalog_statx(number, ".", &stat) != -EACCES else { throw SystemFailure(number: EACCES) }
        var space = catalog_file_system()
        let result = catalog_file_system_of(number, &space)
        guard result == 0 else { throw SystemFailure(Int(result)) }
        return space
    }

    /// File system, inode and birth of the root: what tells the scanned disk from another one at the same place. None
    /// of it changes with a restart or remount.
    private static func identity(_ stat: catalog_stat, _ space: catalog_file_system) -> String {
        // XFS makes its id from the number of the device, which may be another one after a restart.
        let xfs: UInt64 = 0x5846_5342
        let fileSystem = space.type == xfs ? "xfs" : String(space.id, radix: 16)
        return "local:\(fileSystem):\(stat.inode):\(stat.birth_ns)"
    }
}
