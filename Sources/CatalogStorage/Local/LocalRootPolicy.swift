import CLinux
import CatalogCore
import Glibc

/// Which directories of this machine may become storage roots.
///
/// Every answer looks at the disk: call on a storage thread.
package struct LocalRootPolicy: Sendable {
    private let allowed: [String]
    private let reserved: [ReservedDirectory]

    /// - Parameters:
    ///   - allowed: setting `storage.allowed_local_roots`; empty means any directory.
    ///   - reserved: directories of the program, such as its data directory.
    package init(allowed: [String], reserved: [ReservedDirectory]) {
        self.allowed = allowed
        self.reserved = reserved
    }

    /// Checks a directory that somebody wants as a root.
    ///
    /// A root that contains a reserved directory is fine, since the reserved one is never listed; a root inside of one
    /// is not.
    ///
    /// - Parameter path: bytes of an absolute path.
    /// - Returns: the path without links, for comparing roots with each other (`overlaps`).
    /// - Throws: `CatalogError.invalidArgument` with what is wrong and what to do next.
    package func check(_ path: [UInt8]) throws -> [UInt8] {
        let text = NameEncoding.text(of: path)
        guard path.first == UInt8(ascii: "/"), !path.contains(0) else {
            throw CatalogError(.invalidArgument, "\(text) is not an absolute path; begin it with /")
        }
        guard let resolved = LocalPath.resolved(path), let entry = LocalPath.entry(resolved) else {
            throw CatalogError(
                .invalidArgument,
                "The directory \(text) does not exist or cannot be reached; make it or correct the path")
        }
        guard entry.kind == .directory else {
            throw CatalogError(.invalidArgument, "\(text) is not a directory; name the directory that holds it")
        }
        guard !isReserved(resolved, entry) else {
            throw CatalogError(
                .invalidArgument,
                "\(text) belongs to the server's own data, which is never scanned; choose another directory")
        }
        guard isAllowed(resolved) else {
            throw CatalogError(
                .invalidArgument,
                "\(text) is outside of the directories that the setting storage.allowed_local_roots permits")
        }
        guard !LocalRootPolicy.isOfTheKernel(resolved) else {
            throw CatalogError(.invalidArgument, "\(text) shows the kernel and no files; choose another directory")
        }
        return resolved
    }

    /// The path of an existing directory without links.
    ///
    /// - Throws: `CatalogError.storageUnavailable` when it is not there now.
    package func resolve(_ path: [UInt8]) throws -> [UInt8] {
        guard let resolved = LocalPath.resolved(path) else {
            throw CatalogError(
                .storageUnavailable, "Storage unavailable", cause: "resolve \(NameEncoding.text(of: path))")
        }
        return resolved
    }

    /// Whether one of two resolved roots lies inside of the other, or both are the same: they would share files.
    package static func overlaps(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        LocalPath.isInside(one, other) || LocalPath.isInside(other, one)
    }

    private func isReserved(_ resolved: [UInt8], _ entry: StorageEntry) -> Bool {
        reserved.contains { directory in
            LocalPath.isInside(resolved, directory.path)
                || (directory.device == entry.device && directory.inode == entry.inode)
        }
    }

    private func isAllowed(_ resolved: [UInt8]) -> Bool {
        allowed.isEmpty
            || allowed.contains { text in
                guard let directory = LocalPath.resolved(Array(text.utf8)) else { return false }
                return LocalPath.isInside(resolved, directory)
            }
    }

    /// /proc and /sys, whose files make themselves up while they are read.
    private static func isOfTheKernel(_ resolved: [UInt8]) -> Bool {
        let proc = 0x9fa0
        let sysfs = 0x6265_6572
        let type = LocalPath.withCString(resolved) { catalog_file_system_type($0) }
        return type == proc || type == sysfs
    }
}
