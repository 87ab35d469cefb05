import CatalogCore
import CatalogStorage

/// A local storage root that fails where a test tells it to.
final class FaultyLocalBackend: StorageBackend {
    private let base: LocalBackend
    private let faults: MemoryFaults

    init(_ base: LocalBackend, _ faults: MemoryFaults) {
        (self.base, self.faults) = (base, faults)
    }

    var capabilities: StorageCapabilities { base.capabilities }

    func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        try faults.begin(.list)
        try base.list(directory, into: &listing)
    }

    func stat(_ path: StoragePath) throws -> StorageEntry {
        try faults.begin(.stat)
        return try base.stat(path)
    }

    func statDirectory(_ directory: NativePath) throws -> StorageEntry { try base.statDirectory(directory) }

    func openReader(_ path: StoragePath) throws -> any StorageReader {
        try faults.begin(.openReader)
        return try base.openReader(path)
    }

    func openLinkTarget(_ path: StoragePath) throws -> any StorageReader {
        try faults.begin(.openReader)
        return try base.openLinkTarget(path)
    }

    func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        try faults.begin(.openWriter)
        return FaultyWriter(base: try base.openWriter(path, at: offset, expecting: expectedBytes), faults: faults)
    }

    func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        try faults.begin(.rename)
        try base.rename(source, to: target, replacing: replacing)
    }

    func makeDirectory(_ path: StoragePath) throws {
        try faults.begin(.makeDirectory)
        try base.makeDirectory(path)
    }

    func remove(_ path: StoragePath) throws {
        try faults.begin(.remove)
        try base.remove(path)
    }

    func probe() throws -> StorageProbe {
        try faults.begin(.probe)
        return try base.probe()
    }

    func makeWatch() throws -> DirectoryWatch? { try base.makeWatch() }

    func close() { base.close() }
}

private struct FaultyWriter: StorageWriter {
    let base: any StorageWriter
    let faults: MemoryFaults

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try faults.begin(.write)
        let taken = faults.take(bytes.count)
        try base.write(UnsafeRawBufferPointer(rebasing: bytes[..<taken.count]))
        if let error = taken.error { throw error }
    }

    func finish() throws {
        try faults.begin(.finish)
        try base.finish()
    }
}
