import CatalogCore
import Glibc

/// The directory that belongs to one instance.
package struct DataDirectory: Sendable, Equatable {
    /// Absolute.
    package let path: String

    /// The directory, made with mode 0700 when it is missing (parents with 0755), and seen to be writable.
    ///
    /// Blocks.
    /// - Throws: `CatalogError.permissionDenied` when it cannot be made or written, `.invalidArgument` when the path is
    ///   something else than a directory, `.insufficientStorage` when the disk is full.
    package static func prepare(_ path: String) throws -> DataDirectory {
        try prepare(path, as: Wording(what: "data directory", choice: "--data-dir"))
    }

    /// What a directory is called when it cannot be used.
    struct Wording {
        /// As in "the data directory".
        let what: String
        /// The setting that names another one.
        let choice: String
    }

    /// The same for a directory with another purpose.
    static func prepare(_ path: String, as wording: Wording) throws -> DataDirectory {
        do {
            try makeDirectories(path)
            try checkWritable(path)
        } catch {
            throw unusable(error, path: path, wording)
        }
        return DataDirectory(path: path)
    }

    /// The directory if it is there already: for commands that only read, which make nothing.
    ///
    /// - Throws: `CatalogError.notFound`.
    package static func existing(_ path: String) throws -> DataDirectory {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CatalogError(
                .notFound,
                "There is no catalog in \(path) yet. Start `catalogizer serve`, or name another directory with "
                    + "--data-dir."
            )
        }
        return DataDirectory(path: path)
    }

    /// The path of a name in the directory.
    package func path(of name: String) -> String {
        path + "/" + name
    }

    private static func makeDirectories(_ path: String) throws(SystemCallFailure) {
        var missing: [String] = []
        var candidate = path
        var status = stat()
        while candidate != "/" && stat(candidate, &status) != 0 {
            guard errno == ENOENT else { throw SystemCallFailure("enter", candidate) }
            missing.append(candidate)
            candidate = FilePath.parent(of: candidate)
        }
        for directory in missing.reversed() {
            let made = mkdir(directory, directory == path ? 0o700 : 0o755)
            // Another command may have been first.
            guard made == 0 || errno == EEXIST else { throw SystemCallFailure("create", directory) }
        }
    }

    /// What a start writes at least: less room is as good as none.
    private static let leastBytes: off_t = 64 << 10

    /// Writes and removes a file: mode bits say nothing about read-only mounts, quotas, access lists and full disks.
    private static func checkWritable(_ path: String) throws(SystemCallFailure) {
        let probe = "\(path)/.write-check.\(getpid()).\(UInt32.random(in: .min ... .max))"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallFailure("write to", path) }
        defer { close(descriptor) }
        // Its name goes first, so that a process that is killed leaves nothing behind.
        unlink(probe)
        let code = posix_fallocate(descriptor, 0, Self.leastBytes)
        // Any other failure means that this file system cannot say.
        if [ENOSPC, EDQUOT, EFBIG, EIO].contains(code) { throw SystemCallFailure("write to", path, code: code) }
    }

    private static func unusable(_ failure: SystemCallFailure, path: String, _ wording: Wording) -> CatalogError {
        switch failure.code {
        case ENOTDIR, ELOOP, ENAMETOOLONG:
            CatalogError(
                .invalidArgument,
                "The \(wording.what) \(path) cannot be used: \(failure). Choose another \(wording.choice).")
        case ENOSPC, EDQUOT:
            CatalogError(
                .insufficientStorage, "The \(wording.what) \(path) cannot be used: \(failure). Free some space first.")
        default:
            CatalogError(
                .permissionDenied,
                "The \(wording.what) \(path) cannot be used: \(failure). Give the user with id \(geteuid()) write "
                    + "permission, or choose another \(wording.choice).")
        }
    }
}
