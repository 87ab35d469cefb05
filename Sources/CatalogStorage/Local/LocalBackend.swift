import CLinux
package import CatalogCore
import Glibc
import Synchronization

/// A directory of this machine as a storage root.
///
/// Everything is opened beneath the root's own handle by `openat2`: neither `..`, a link nor a magic link of /proc
/// leads out of it, whatever is renamed meanwhile.
package final class LocalBackend: StorageBackend, Sendable {
    private let path: [UInt8]
    private let reserved: [ReservedDirectory]
    /// The handle that listings share, so that a scan stays on one disk from its beginning to its end.
    ///
    /// Kept until `close`, since an open handle also keeps the disk from being unmounted.
    private let listed = Mutex<LocalRoot?>(nil)

    /// - Parameters:
    ///   - path: bytes of an absolute path. Nothing is opened yet.
    ///   - reserved: directories that must not appear, wherever they are.
    package init(path: [UInt8], leavingOut reserved: [ReservedDirectory] = []) {
        self.path = path
        self.reserved = reserved
    }

    /// - Parameters:
    ///   - path: an absolute path. Nothing is opened yet.
    ///   - reserved: directories that must not appear, wherever they are.
    package convenience init(path: String, leavingOut reserved: [ReservedDirectory] = []) {
        self.init(path: Array(path.utf8), leavingOut: reserved)
    }

    /// What directories of this machine can do.
    package static let facts = ProtocolFacts(
        name: "local", urls: ["file"],
        capabilities: [
            .rangeRead, .freeSpace, .symlinks, .write, .rename, .atomicRename, .exclusiveRename, .remove,
            .makeDirectory, .resumableWrite, .watch,
        ], names: ("every name", { _ in true }), options: [],
        limits: [
            "Links are shown. Downloads by callers who may see all of the root follow those that stay inside of it; nothing else does."
        ])

    package var capabilities: StorageCapabilities {
        let mayWrite = LocalPath.withCString(path) { access($0, W_OK) } == 0
        return mayWrite ? Self.facts.capabilities : [.rangeRead, .freeSpace, .symlinks, .watch]
    }

    package func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        listing.removeAll()
        let root = try rootForListing()
        do {
            guard !root.hides(directory) else { throw SystemFailure(number: ENOENT) }
            let handle = try root.open(directory, flags: O_RDONLY | O_DIRECTORY, followsLinks: false)
            try handle.withNumber { try LocalLister(root: root, directory: $0).fill(&listing) }
        } catch let failure as SystemFailure {
            throw failure.directoryError(directory)
        }
    }

    package func stat(_ path: StoragePath) throws -> StorageEntry {
        let root = try openRoot()
        // A mounted file system of another machine remembers names for a while, also of what is gone there. Asked about the directory it
        // looks again: whoever removes a copy must not take a name for another copy.
        if let parent = path.parent { _ = try? ask(NativePath(parent), in: root) }
        return try stat(NativePath(path), in: root)
    }

    package func statDirectory(_ directory: NativePath) throws -> StorageEntry {
        try stat(directory, in: rootForListing())
    }

    private func stat(_ native: NativePath, in root: LocalRoot) throws -> StorageEntry {
        do {
            let attributes = try ask(native, in: root)
            guard let entry = StorageEntry(attributes), !root.hides(native),
                !root.isReserved(device: entry.device, inode: entry.inode)
            else { throw SystemFailure(number: ENOENT) }
            return entry
        } catch let failure as SystemFailure {
            throw failure.error("look at", native)
        }
    }

    /// What is in a place now, as the machine says that has it.
    private func ask(_ native: NativePath, in root: LocalRoot) throws -> catalog_stat {
        let handle = try root.open(native, flags: catalog_open_place | O_NOFOLLOW, followsLinks: false)
        return try handle.withNumber { number in
            var stat = catalog_stat()
            let result = catalog_statx_asking(number, &stat)
            guard result == 0 else { throw SystemFailure(Int(result)) }
            return stat
        }
    }

    package func openReader(_ path: StoragePath) throws -> any StorageReader {
        try openReader(path, in: openRoot(), followsLinks: false)
    }

    package func openLinkTarget(_ path: StoragePath) throws -> any StorageReader {
        try openReader(path, in: openRoot(), followsLinks: true)
    }

    package func withReaders<Result>(
        _ body: (_ open: (StoragePath) throws -> any StorageReader) throws -> Result
    ) throws -> Result {
        let root = try openRoot()
        return try body { try openReader($0, in: root, followsLinks: false) }
    }

    private func openReader(
        _ path: StoragePath, in root: LocalRoot, followsLinks: Bool
    ) throws -> any StorageReader {
        let native = NativePath(path)
        do {
            // O_NONBLOCK: opening a pipe must not wait for somebody who writes into it.
            let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
            let handle = try root.open(native, flags: flags, followsLinks: followsLinks)
            guard !handle.withNumber({ root.hidesOpenFile($0) }) else { throw SystemFailure(number: ENOENT) }
            let attributes = try handle.withNumber { try LocalBackend.attributes(of: $0) }
            guard let entry = StorageEntry(attributes), entry.kind == .file else {
                throw CatalogError(.conflict, "Path is not a file", cause: "open \"\(native.text)\"")
            }
            return LocalReader(handle, entry: entry)
        } catch let failure as SystemFailure where failure.number == ENXIO || failure.number == ENODEV {
            // Sockets, and devices without a driver, cannot be opened at all.
            throw CatalogError(.conflict, "Path is not a file", cause: "open \"\(native.text)\": \(failure.text)")
        } catch let failure as SystemFailure {
            throw failure.error("open", native)
        }
    }

    package func probe() throws -> StorageProbe {
        do {
            return try LocalProbe(root: LocalRoot(path: path, reserved: reserved)).run()
        } catch let failure as SystemFailure {
            throw LocalProbe.explanation(of: failure, path: NameEncoding.text(of: path))
        }
    }

    package func makeWatch() throws -> DirectoryWatch? {
        do {
            return try DirectoryWatch { [path, reserved] in try LocalRoot(path: path, reserved: reserved) }
        } catch let failure as SystemFailure {
            throw CatalogError(
                .unavailable, "Directories cannot be watched; raise fs.inotify.max_user_instances", cause: failure.text)
        }
    }

    package func close() {
        listed.withLock { $0 = nil }
    }

    /// What `statx` says of an open file.
    static func attributes(of number: Int32) throws -> catalog_stat {
        var stat = catalog_stat()
        let result = catalog_statx(number, "", &stat)
        guard result == 0 else { throw SystemFailure(Int(result)) }
        return stat
    }

    private func rootForListing() throws -> LocalRoot {
        try listed.withLock { root in
            if let root { return root }
            let opened = try openRoot()
            root = opened
            return opened
        }
    }

    func openRoot() throws -> LocalRoot {
        do {
            return try LocalRoot(path: path, reserved: reserved)
        } catch let failure as SystemFailure {
            let cause = "open the root \"\(NameEncoding.text(of: path))\": \(failure.text)"
            throw CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
        }
    }
}
