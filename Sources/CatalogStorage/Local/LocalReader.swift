import CLinux
import CatalogCore
import Glibc

/// An open file of a local root.
final class LocalReader: StorageReader {
    private let descriptor: Descriptor
    let entry: StorageEntry

    init(_ descriptor: consuming Descriptor, entry: StorageEntry) {
        self.descriptor = descriptor
        self.entry = entry
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var filled = 0
        while filled < buffer.count, let start = buffer.baseAddress {
            let count = descriptor.withNumber { number in
                pread(number, start + filled, buffer.count - filled, off_t(offset) + filled)
            }
            if count == 0 { break }
            if count < 0 {
                let failure = SystemFailure(number: errno)
                if failure.number == EINTR { continue }
                throw CatalogError(
                    .storageUnavailable, "Storage unavailable", cause: "read at \(offset): \(failure.text)")
            }
            filled += count
        }
        return filled
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? {
        let count = descriptor.withNumber { number in
            catalog_read_cached(number, buffer.baseAddress, buffer.count, off_t(offset))
        }
        // Whatever the reason, file systems that cannot tell included: the blocking read finds out.
        return count >= 0 ? count : nil
    }

    /// The time of change moves with the content, and when a name of the file appears or goes.
    var isUnchanged: Bool {
        var stat = catalog_stat()
        guard descriptor.withNumber({ catalog_statx_cached($0, &stat) }) == 0 else { return false }
        return stat.changed_ns == entry.changedNS && stat.modified_ns == entry.modifiedNS
            && Int64(clamping: stat.size) == entry.sizeBytes
    }
}
