import CLinux
package import CatalogCore
import Glibc

// Every change names an entry below the handle of its directory, which was reached without following a link: whatever is renamed
// meanwhile, nothing is written outside of the root.
extension LocalBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        try withDirectory(of: path, "write") { directory, name, mode in
            let isNew = offset == 0
            // A name that is taken becomes another file: what else has the old one open or linked keeps it as it was.
            if isNew, unlinkat(directory, name, 0) != 0, errno != ENOENT { throw SystemFailure(number: errno) }
            let flags = O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (isNew ? O_CREAT | O_EXCL : O_APPEND)
            let number = openat(directory, name, flags, 0o644)
            guard number >= 0 else { throw SystemFailure(number: errno) }
            let descriptor = Descriptor(number)
            if isNew { fchmod(number, mode & 0o666 | 0o600) }
            let attributes = try descriptor.withNumber { try LocalBackend.attributes(of: $0) }
            guard let entry = StorageEntry(attributes), entry.kind == .file, entry.sizeBytes == offset else {
                throw SystemFailure(number: ESPIPE)
            }
            return LocalWriter(descriptor)
        }
    }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        try withDirectory(of: source, "rename") { sourceDirectory, sourceName, _ in
            try withDirectory(of: target, "rename") { targetDirectory, targetName, _ in
                let result =
                    replacing
                    ? (renameat(sourceDirectory, sourceName, targetDirectory, targetName) == 0 ? 0 : -errno)
                    : catalog_rename_new(sourceDirectory, sourceName, targetDirectory, targetName)
                guard result == 0 else { throw SystemFailure(Int(result)) }
                // Else a loss of power could take the new name away again.
                fsync(targetDirectory)
            }
        }
    }

    package func makeDirectory(_ path: StoragePath) throws {
        try withDirectory(of: path, "make directory") { directory, name, mode in
            guard mkdirat(directory, name, 0o755) == 0 else { throw SystemFailure(number: errno) }
            fchmodat(directory, name, mode & 0o777 | 0o700, 0)
        }
    }

    package func remove(_ path: StoragePath) throws {
        try withDirectory(of: path, "remove") { directory, name, _ in
            if unlinkat(directory, name, 0) == 0 { return }
            guard errno == EISDIR, unlinkat(directory, name, AT_REMOVEDIR) == 0 else {
                throw SystemFailure(number: errno)
            }
        }
    }

    /// Hands out a handle of the directory that holds `path`, its last name there, and the rights to that directory: what is new in
    /// it may be read by whoever may read it. The rights that this program gives its own files are for nobody else.
    private func withDirectory<Value>(
        of path: StoragePath, _ action: String, _ body: (Int32, [CChar], mode_t) throws -> Value
    ) throws -> Value {
        guard let name = path.name, let parent = path.parent else {
            throw CatalogError(.conflict, "The root itself cannot be changed", cause: action)
        }
        let root = try openRoot()
        let native = NativePath(path)
        do {
            let directory = try root.open(
                NativePath(parent), flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC, followsLinks: false)
            return try directory.withNumber { number in
                let attributes = try LocalBackend.attributes(of: number)
                let isReserved = root.isReserved(
                    device: Int64(bitPattern: attributes.device), inode: Int64(bitPattern: attributes.inode))
                guard !root.hides(native), !isReserved, !root.hidesOpenFile(number) else {
                    throw SystemFailure(number: ENOENT)
                }
                return try body(number, name.map { CChar(bitPattern: $0) } + [0], mode_t(attributes.mode))
            }
        } catch let failure as SystemFailure {
            throw failure.error(action, native)
        }
    }
}
