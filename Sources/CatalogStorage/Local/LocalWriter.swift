import CLinux
import CatalogCore
import Glibc

/// A file of a local root that is being written.
final class LocalWriter: StorageWriter {
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var written = 0
        while written < bytes.count, let start = bytes.baseAddress {
            let count = descriptor.withNumber { Glibc.write($0, start + written, bytes.count - written) }
            if count < 0 {
                let failure = SystemFailure(number: errno)
                if failure.number == EINTR { continue }
                throw CatalogError.storage(errno: failure.number, cause: "write: \(failure.text)")
            }
            written += count
        }
    }

    func finish() throws {
        guard descriptor.withNumber({ fsync($0) }) != 0 else { return }
        let failure = SystemFailure(number: errno)
        throw CatalogError.storage(errno: failure.number, cause: "fsync: \(failure.text)")
    }
}
