import CZlib
import NIOCore

/// CRC-32 as zip and gzip have it.
enum Checksum {
    static func of(_ bytes: ByteBuffer) -> UInt32 {
        bytes.withUnsafeReadableBytes { plain in
            UInt32(
                truncatingIfNeeded: crc32_z(0, plain.bindMemory(to: UInt8.self).baseAddress, plain.count))
        }
    }

    /// That of two pieces in a row, of which the second has `count` bytes.
    static func combine(_ first: UInt32, _ second: UInt32, count: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), Int(count)))
    }
}
