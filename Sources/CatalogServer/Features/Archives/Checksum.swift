import CDeflate
import CZlib
import NIOCore

/// CRC-32 as zip and gzip have it.
enum Checksum {
    /// - Parameter before: that of the bytes in front of these.
    static func of(_ bytes: ByteBuffer, after before: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeReadableBytes { libdeflate_crc32(before, $0.baseAddress, $0.count) }
    }

    /// That of two pieces in a row, of which the second has `count` bytes.
    static func combine(_ first: UInt32, _ second: UInt32, count: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), Int(count)))
    }
}
