package import CatalogCore

/// Code that speaks one protocol to one storage root.
///
/// Every call blocks and belongs on a thread of a `BlockingPool`.
///
/// Paths are relative to the root, and no backend ever reaches outside of it. Errors are `CatalogError`: `.notFound`,
/// `.permissionDenied`, `.conflict` (a directory where a file was meant, or the reverse), `.storageUnavailable` (the
/// root is away or failing), `.unavailable` (this program ran out of descriptors or memory).
package protocol StorageBackend: StorageWriting {
    /// What is true for this root now.
    var capabilities: StorageCapabilities { get }

    /// Fills `listing` with everything that the directory holds, in any order. What is neither file, directory nor link
    /// (sockets, pipes, devices) is left out; a name that vanishes meanwhile is left out too.
    ///
    /// The listing is complete or the call throws; names that exist but could not be looked at are in
    /// `listing.failures`.
    ///
    /// - Throws: `.notFound`; `.conflict` when it is no directory (a link is none); `.permissionDenied`; `.tooLarge`
    ///   over `Limits.directoryEntries`; `.storageUnavailable`.
    func list(_ directory: NativePath, into listing: inout DirectoryListing) throws

    /// What is at `path`; a link is described as itself.
    ///
    /// - Throws: `.notFound`, for sockets, pipes and devices too; `.permissionDenied`; `.storageUnavailable`.
    func stat(_ path: StoragePath) throws -> StorageEntry

    /// The same for a directory, from the root that `list` looks at: what a scan asks for each directory that it may step
    /// over.
    func statDirectory(_ directory: NativePath) throws -> StorageEntry

    /// Opens a file to read from any place in it. Links are not followed, at the end of the path or in its middle: what one leads to may
    /// be out of what a caller may see.
    ///
    /// - Throws: `.notFound`, also for a link; `.conflict` when it is no regular file; `.permissionDenied`; `.storageUnavailable`.
    func openReader(_ path: StoragePath) throws -> any StorageReader

    /// Opens what a link leads to, where that stays inside of the root: for callers who may see all of it.
    ///
    /// - Throws: `.notFound`, also for a link that leaves the root, and where the storage does not follow links; else as `openReader`.
    func openLinkTarget(_ path: StoragePath) throws -> any StorageReader

    /// The same, where a part of the file will most likely be read first: bytes of a stream may be asked for before it is known what
    /// is there.
    func openReader(_ path: StoragePath, expecting part: Range<Int64>?) throws -> any StorageReader

    /// Opens several files with one look at the root, each as `openReader` does.
    ///
    /// - Parameter body: is given what opens a file, good until it returns.
    /// - Throws: `.storageUnavailable` when the root is away; what `body` throws.
    func withReaders<Result>(
        _ body: (_ open: (StoragePath) throws -> any StorageReader) throws -> Result
    ) throws -> Result

    /// Looks at the root itself: whether it can be read, and which one it is.
    ///
    /// - Throws: `.storageUnavailable` or `.permissionDenied`, with a message for the person who set the root up: what
    ///   is wrong and what to do next.
    func probe() throws -> StorageProbe

    /// Whether calls reach the storage now, or fail at once because it was away a moment ago; nil for what is on this machine.
    var circuit: CircuitBreaker.State? { get }

    /// Lets the next call try to reach the storage, even if it was away a moment ago.
    func retrySoon()

    /// How many listings gain from being under way at the same time, since each waits for another machine; nil for what is on this
    /// one, where that is a matter of its processors.
    var listingsAtOnce: Int? { get }

    /// What tells of changes as they happen; nil for a storage that does not tell.
    ///
    /// - Throws: `.unavailable` when the system lets nobody watch any more.
    func makeWatch() throws -> DirectoryWatch?

    /// Lets go of everything that is open; a later call opens anew. Calls that are running end normally.
    func close()

    /// Whether files are open that nobody reads any more: whoever lets go of a reader does not wait for a server.
    var hasUnreadFiles: Bool { get }

    /// Closes them.
    func closeUnreadFiles()
}

extension StorageBackend {
    /// Most storages do not tell.
    package func makeWatch() throws -> DirectoryWatch? { nil }

    /// Either the server of the storage follows links by itself, and shows none, or nobody does.
    package func openLinkTarget(_ path: StoragePath) throws -> any StorageReader { try openReader(path) }

    /// It makes no difference.
    package func openReader(_ path: StoragePath, expecting part: Range<Int64>?) throws -> any StorageReader {
        try openReader(path)
    }

    /// As the requirement says, for backends that look at no root to open a file.
    package func withReaders<Result>(
        _ body: (_ open: (StoragePath) throws -> any StorageReader) throws -> Result
    ) throws -> Result {
        try body(openReader)
    }

    /// None: they are closed as their readers go.
    package var hasUnreadFiles: Bool { false }

    /// Nothing.
    package func closeUnreadFiles() {}

    /// It is a matter of the processors.
    package var listingsAtOnce: Int? { nil }

    /// None, for what is on this machine.
    package var circuit: CircuitBreaker.State? { nil }

    /// Nothing, for what is on this machine.
    package func retrySoon() {}

    /// As the requirement says, for backends that open nothing for a listing that `stat` would not open too.
    package func statDirectory(_ directory: NativePath) throws -> StorageEntry { try stat(directory.storagePath()) }
}

/// What a backend can do with its root now.
package struct StorageCapabilities: OptionSet, Sendable {
    /// One bit for each capability.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Readers start anywhere in a file without reading what is before.
    package static let rangeRead = StorageCapabilities(rawValue: 1 << 0)
    /// Files can be written.
    package static let write = StorageCapabilities(rawValue: 1 << 1)
    /// Entries can be renamed.
    package static let rename = StorageCapabilities(rawValue: 1 << 2)
    /// A rename happens at once or not at all.
    package static let atomicRename = StorageCapabilities(rawValue: 1 << 3)
    /// Entries can be removed.
    package static let remove = StorageCapabilities(rawValue: 1 << 4)
    /// Directories can be made.
    package static let makeDirectory = StorageCapabilities(rawValue: 1 << 5)
    /// Files are copied within the root without passing through us.
    package static let serverSideCopy = StorageCapabilities(rawValue: 1 << 6)
    /// The probe knows free and total bytes.
    package static let freeSpace = StorageCapabilities(rawValue: 1 << 7)
    /// Changes are reported as they happen.
    package static let watch = StorageCapabilities(rawValue: 1 << 8)
    /// Names that differ in case only are the same name.
    package static let caseInsensitive = StorageCapabilities(rawValue: 1 << 9)
    /// Links are shown as links.
    package static let symlinks = StorageCapabilities(rawValue: 1 << 10)
    /// The storage keeps hashes of its files.
    package static let hashes = StorageCapabilities(rawValue: 1 << 11)
    /// A file that was written in part can be gone on with.
    package static let resumableWrite = StorageCapabilities(rawValue: 1 << 12)
    /// A rename that must not replace anything never does, whoever else writes.
    package static let exclusiveRename = StorageCapabilities(rawValue: 1 << 13)
}

/// What a look at a storage root found.
package struct StorageProbe: Sendable, Equatable {
    /// Which root it is, as one text that stays the same across restarts and remounts: for a local root the id of the
    /// file system, the inode of the root and its time of birth.
    ///
    /// Another text means another disk.
    package let identity: String
    /// Device and inode of the root now, as in `DirectoryListing`, so that a scan can see that it lists what was
    /// probed.
    package let device: Int64
    package let inode: Int64
    /// Bytes that may still be written, where the backend knows.
    package let freeBytes: Int64?
    /// Bytes of the whole storage, where the backend knows.
    package let totalBytes: Int64?

    /// - Parameters:
    ///   - identity: stable text.
    ///   - device: of the root.
    ///   - inode: of the root.
    ///   - freeBytes: nil when unknown.
    ///   - totalBytes: nil when unknown.
    package init(identity: String, device: Int64, inode: Int64, freeBytes: Int64?, totalBytes: Int64?) {
        self.identity = identity
        self.device = device
        self.inode = inode
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }
}
