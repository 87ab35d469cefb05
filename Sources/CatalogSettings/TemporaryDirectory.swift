import CatalogCore
import Glibc

/// The directory for temporary files, which may be shared with other programs and other instances.
package struct TemporaryDirectory: Sendable {
    /// Absolute.
    package let path: String
    /// How the names of this instance's own files start.
    package let prefix: String

    /// The directory, made with mode 0700 when it is missing.
    ///
    /// - Throws: what `DataDirectory.prepare` throws.
    package static func prepare(_ path: String, for instance: DataDirectory) throws -> TemporaryDirectory {
        let directory = try DataDirectory.prepare(path, as: .init(what: "temporary directory", choice: "temp_dir"))
        return TemporaryDirectory(path: directory.path, prefix: "catalogizer-\(tag(of: instance.path))-")
    }

    /// A path for a new file; the caller creates it with `O_EXCL`.
    package func newPath() -> String {
        path + "/" + prefix + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// Removes what an earlier run of this instance left behind, and nothing else: names with this instance's prefix
    /// that belong to this user.
    ///
    /// A symbolic link is removed as a link. Call it while holding `ServeLock`.
    ///
    /// Blocks.
    /// - Returns: how many files and directories were removed.
    /// - Throws: `CatalogError.unavailable` when the directory cannot be read.
    package func sweep() throws -> Int {
        do {
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
            defer { close(descriptor) }
            let own = try names(in: descriptor).filter { $0.starts(with: prefix.utf8.map { CChar(bitPattern: $0) }) }
            return own.reduce(0) { $0 + remove($1, below: descriptor, depth: 0) }
        } catch {
            throw CatalogError(.unavailable, "temp_dir: the server \(error).")
        }
    }

    /// Counts what was removed; what cannot be removed stays for the next start.
    private func remove(_ name: [CChar], below directory: Int32, depth: Int) -> Int {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_uid == geteuid() else { return 0 }
        guard status.st_mode & S_IFMT == S_IFDIR else { return unlinkat(directory, name, 0) == 0 ? 1 : 0 }
        let inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else { return 0 }
        defer { close(inner) }
        var removed = 0
        if depth < Limits.temporaryDepth, let names = try? names(in: inner) {
            removed = names.reduce(0) { $0 + remove($1, below: inner, depth: depth + 1) }
        }
        return removed + (unlinkat(directory, name, AT_REMOVEDIR) == 0 ? 1 : 0)
    }

    /// Every name but `.` and `..`, as C strings: names are bytes.
    private func names(in directory: Int32) throws(SystemCallFailure) -> [[CChar]] {
        let copy = fcntl(directory, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let failure = SystemCallFailure("read", path)
            if copy >= 0 { close(copy) }
            throw failure
        }
        defer { closedir(stream) }
        var result: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { start in
                    Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
                }
            }
            let text = name.dropLast().map { UInt8(bitPattern: $0) }
            if text != [0x2E] && text != [0x2E, 0x2E] { result.append(name) }
        }
        return result
    }

    /// FNV-1a of the data directory's real path: the same in every run, different for another instance.
    private static func tag(of path: String) -> String {
        var real = path
        if let resolved = realpath(path, nil) {
            real = String(cString: resolved)
            free(resolved)
        }
        let hash = real.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
