import CZlib
import NIOCore

/// Compression of answers (RFC 1952).
enum Gzip {
    /// Smaller answers fit into one packet anyway.
    static let bytesMin = 1_024
    /// Low levels: JSON shrinks to a sixth at level 3 already, and the time comes out of the request.
    private static let level: Int32 = 3
    /// `windowBits` of zlib's header file: the largest window, plus 16 for gzip instead of zlib framing.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8

    /// Whether an Accept-Encoding field wants gzip at least as much as plain bytes (RFC 9110 section 12.5.3).
    static func isAccepted(_ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        let list = WeightedList(acceptEncoding)
        let weight = list.weight(of: "gzip") ?? list.weight(of: "x-gzip") ?? list.weight(of: "*") ?? 0
        return weight > 0 && weight >= list.weight(of: "identity") ?? 0
    }

    /// The compressed form of `plain`, or nil when zlib has no memory left.
    static func compress(_ plain: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(
                &stream, level, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var input = plain
        let bound = Int(deflateBound(&stream, UInt(plain.readableBytes)))
        var output = ByteBufferAllocator().buffer(capacity: bound)
        var result = Z_OK
        input.withUnsafeMutableReadableBytes { source in
            stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
            stream.avail_in = UInt32(source.count)
            _ = output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(target.count)
                result = deflate(&stream, Z_FINISH)
                return Int(stream.total_out)
            }
        }
        return result == Z_STREAM_END ? output : nil
    }
}
