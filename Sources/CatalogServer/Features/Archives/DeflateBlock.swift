import CZlib
import CatalogCore
import NIOCore

/// A piece of plain bytes that is compressed by itself, so that several processors can work at one stream: it knows the bytes
/// before it, and ends at a byte (RFC 1951). This is how pigz does it.
struct DeflateBlock: Sendable {
    /// Plain bytes of one block.
    static let byteCount = 256 << 10
    /// How far back deflate looks.
    static let windowBytes = 32 << 10
    /// What ends a stream whose last block was none that ends it: an empty block with fixed codes.
    static let end: [UInt8] = [0x03, 0x00]
    private static let level: Int32 = 6
    /// Negative: neither zlib's nor gzip's frame around it.
    private static let windowBits: Int32 = -15
    private static let memoryLevel: Int32 = 8

    let plain: ByteBuffer
    /// What stands before it in the same stream.
    let before: ByteBuffer?

    /// The last bytes of a block, which the next one may refer to.
    var window: ByteBuffer? {
        let count = min(plain.readableBytes, Self.windowBytes)
        return plain.getSlice(at: plain.writerIndex - count, length: count)
    }

    /// Takes some milliseconds of a processor.
    ///
    /// - Throws: `CatalogError.unavailable` when there is no memory left.
    func deflated() throws -> DeflatedBlock {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(
                &stream, Self.level, Z_DEFLATED, Self.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                size) == Z_OK
        else { throw CatalogError(.unavailable, "The server is busy", cause: "no memory to compress") }
        defer { deflateEnd(&stream) }
        before?.withUnsafeReadableBytes { known in
            _ = deflateSetDictionary(&stream, known.bindMemory(to: UInt8.self).baseAddress, UInt32(known.count))
        }
        // The bound is for a whole stream; the empty block at the end of a flush has five bytes more.
        let bound = Int(deflateBound(&stream, UInt(plain.readableBytes))) + 16
        var packed = ByteBufferAllocator().buffer(capacity: bound)
        var input = plain
        var isWhole = false
        input.withUnsafeMutableReadableBytes { source in
            stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
            stream.avail_in = UInt32(source.count)
            _ = packed.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(target.count)
                isWhole = deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0 && stream.avail_out > 0
                return Int(stream.total_out)
            }
        }
        guard isWhole else { throw CatalogError.internalError("a block did not fit where it was compressed to") }
        return DeflatedBlock(packed: packed, checksum: Checksum.of(plain), plainBytes: Int64(plain.readableBytes))
    }
}

/// A block in compressed form.
struct DeflatedBlock: Sendable {
    let packed: ByteBuffer
    /// Of the plain bytes.
    let checksum: UInt32
    let plainBytes: Int64
}
