import CatalogCore
import CatalogStorage
import Synchronization

/// A backend that fails where a test tells it to.
final class FaultyBackend: StorageBackend {
    private struct Faults {
        var failures: [String: CatalogError] = [:]
        var identity: String?
        var isAway = false
        var devices: [String: Int64] = [:]
        var device: Int64?
        var hidesNumbers = false
        var namelessFiles: Set<String> = []
        var onList: (@Sendable (String) -> Void)?
        var afterList: (@Sendable (String) -> Void)?
        var onRead: (@Sendable (String, Int64) throws -> Void)?
        var bytesRead: [String: Int64] = [:]
    }

    private let base: LocalBackend
    private let faults = Mutex(Faults())

    init(_ base: LocalBackend) {
        self.base = base
    }

    /// Directories (text form) that cannot be listed.
    func makeUnreadable(
        _ paths: Set<String>, _ error: CatalogError = CatalogError(.permissionDenied, "Permission denied")
    ) {
        faults.withLock { $0.failures = Dictionary(uniqueKeysWithValues: paths.map { ($0, error) }) }
    }

    /// Another disk in the same place.
    func pretendIdentity(_ text: String?) { faults.withLock { $0.identity = text } }
    func goAway(_ away: Bool) { faults.withLock { $0.isAway = away } }
    /// Directories (text form) that lie on a device of their own, as mounted ones do.
    func mount(_ devices: [String: Int64]) { faults.withLock { $0.devices = devices } }
    /// Another number for the device that holds everything, as after a restart.
    func renumber(_ device: Int64) { faults.withLock { $0.device = device } }
    /// A storage that has no numbers for its files, nor their times of birth, as FTP.
    func hideNumbers() { faults.withLock { $0.hidesNumbers = true } }
    /// Names that the storage sends in a form that nobody can read.
    func makeNameless(_ names: Set<String>) { faults.withLock { $0.namelessFiles = names } }
    /// Called with the text form of each directory, on the walker's thread, before it is listed.
    func onList(_ body: (@Sendable (String) -> Void)?) { faults.withLock { $0.onList = body } }

    /// The same after it is listed.
    func afterList(_ body: (@Sendable (String) -> Void)?) { faults.withLock { $0.afterList = body } }

    var capabilities: StorageCapabilities { base.capabilities }

    func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let path = directory.text
        faults.withLock { $0.onList }?(path)
        let faults = faults.withLock { $0 }
        if faults.isAway { throw CatalogError(.storageUnavailable, "Storage unavailable") }
        if let failure = faults.failures[path] { throw failure }
        try base.list(directory, into: &listing)
        faults.afterList?(path)
        for name in faults.namelessFiles {
            let count = listing.entries.count
            let listed = listing
            listing.entries.removeAll { NameEncoding.text(of: listed.name(of: $0)) == name }
            guard listing.entries.count < count else { continue }
            let error = CatalogError(.dataLoss, "The server's listing cannot be read")
            try listing.noteFailure(of: Array("-rw-r--r-- ???".utf8), error, isNamed: false)
        }
        listing.device = faults.devices[path] ?? faults.device ?? listing.device
        for index in listing.entries.indices {
            let name = NameEncoding.text(of: listing.name(of: listing.entries[index]))
            let device = faults.devices[path.isEmpty ? name : path + "/" + name] ?? listing.device
            listing.entries[index].device = device
            guard faults.hidesNumbers else { continue }
            listing.entries[index].inode = 0
            listing.entries[index].birthNS = 0
        }
    }

    func stat(_ path: StoragePath) throws -> StorageEntry {
        var entry = try base.stat(path)
        if let device = faults.withLock({ $0.devices[path.text] ?? $0.device }) { entry.device = device }
        return entry
    }

    /// Called with path (text form) and offset before each read of a file, on the thread that reads.
    func onRead(_ body: (@Sendable (String, Int64) throws -> Void)?) { faults.withLock { $0.onRead = body } }

    /// Bytes that were read of each file since the last call, by its path in text form.
    func takeBytesRead() -> [String: Int64] {
        faults.withLock { faults in
            defer { faults.bytesRead = [:] }
            return faults.bytesRead
        }
    }

    func openLinkTarget(_ path: StoragePath) throws -> any StorageReader { try base.openLinkTarget(path) }

    func openReader(_ path: StoragePath) throws -> any StorageReader {
        if faults.withLock({ $0.isAway }) { throw CatalogError(.storageUnavailable, "Storage unavailable") }
        return CountingReader(base: try base.openReader(path)) { [self] offset, read in
            try faults.withLock { $0.onRead }?(path.text, offset)
            let count = try read()
            faults.withLock { $0.bytesRead[path.text, default: 0] += Int64(count) }
            return count
        }
    }

    func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter { try base.openWriter(path, at: offset, expecting: expectedBytes) }

    func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        try base.rename(source, to: target, replacing: replacing)
    }

    func makeDirectory(_ path: StoragePath) throws { try base.makeDirectory(path) }

    func remove(_ path: StoragePath) throws { try base.remove(path) }

    func probe() throws -> StorageProbe {
        if faults.withLock({ $0.isAway }) { throw CatalogError(.storageUnavailable, "Storage unavailable") }
        let probe = try base.probe()
        let (identity, device) = faults.withLock { ($0.identity, $0.device) }
        return StorageProbe(
            identity: identity ?? probe.identity, device: device ?? probe.device, inode: probe.inode, freeBytes: nil,
            totalBytes: nil)
    }

    func close() { base.close() }
}

/// A reader that tells of each read before it happens.
private final class CountingReader: StorageReader {
    private let base: any StorageReader
    private let around: @Sendable (Int64, () throws -> Int) throws -> Int

    init(base: any StorageReader, around: @escaping @Sendable (Int64, () throws -> Int) throws -> Int) {
        (self.base, self.around) = (base, around)
    }

    var entry: StorageEntry { base.entry }
    var isUnchanged: Bool { base.isUnchanged }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try around(offset) { try base.read(into: buffer, at: offset) }
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? { nil }
}
