import CatalogStorage
import NIOCore

extension StorageReader {
    /// Bytes of a file that is sent: at once where memory has them, which costs no change of threads, else read on a storage
    /// thread.
    ///
    /// - Returns: fewer than `count` bytes only where the file ends.
    /// - Throws: `CatalogError.storageUnavailable` when the storage fails.
    func piece(at offset: Int64, count: Int, on pool: BlockingPool) async throws -> ByteBuffer {
        guard count > 0 else { return ByteBuffer() }
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        let cached = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            readCached(into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]), at: offset) ?? 0
        }
        guard cached < count else { return buffer }
        let rest = count - cached
        let read = try await pool.run { () -> ByteBuffer in
            var part = ByteBufferAllocator().buffer(capacity: rest)
            try part.writeWithUnsafeMutableBytes(minimumWritableBytes: rest) { target in
                try self.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: target[..<rest]), at: offset + Int64(cached))
            }
            return part
        }
        if cached == 0 { return read }
        buffer.writeImmutableBuffer(read)
        return buffer
    }
}
