import CXXHash
import CatalogCore
import CatalogStorage

/// A 128-bit hash (XXH3) over everything that a scan compares in one directory: equal digests mean that no row of it can have
/// changed, so an unchanged directory costs one comparison instead of one for each entry.
///
/// 128 bits, because a change that the hash misses would stay unseen.
struct DirectoryDigest: Sendable, Equatable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the sixteen bytes of a row.
    init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Sixteen bytes, as stored.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        for word in [high, low] { withUnsafeBytes(of: word.bigEndian) { result += $0 } }
        return result
    }
}

/// Computes digests, reusing one buffer.
struct DirectoryDigester {
    /// Bytes that are kept between directories: more than ten thousand entries take.
    private static let bytesKept = 1 << 20
    private var buffer: [UInt8] = []

    /// The digest of a sorted listing.
    ///
    /// Times and inode of a sub-directory are left out: its own digest has them. Device numbers are left out, because they
    /// may change with a restart; that an entry lies on another device than its directory is not.
    mutating func digest(of listing: DirectoryListing) -> DirectoryDigest {
        let size = Self.byteCount(of: listing)
        // Grows seldom and is never filled anew: every byte of the part that is hashed is written below.
        if buffer.count < size { buffer = [UInt8](repeating: 0, count: size * 2) }
        let hash = buffer.withUnsafeMutableBytes { bytes in
            var sink = ByteSink(bytes)
            for word in [listing.modifiedNS, listing.changedNS, listing.birthNS, listing.inode] { sink.append(word) }
            listing.names.withUnsafeBytes { names in
                for entry in listing.entries { Self.append(entry, of: listing, names, to: &sink) }
            }
            return XXH3_128bits(bytes.baseAddress, sink.count)
        }
        // One huge directory must not hold this for the rest of the walk.
        if buffer.count > Self.bytesKept { buffer = [] }
        return DirectoryDigest(high: hash.high64, low: hash.low64)
    }

    /// Bytes that the listing takes in the form that is hashed, or a few more.
    private static func byteCount(of listing: DirectoryListing) -> Int {
        4 * 8 + listing.names.count + listing.entries.count * (2 + 6 * 8)
    }

    private static func append(
        _ entry: ListedEntry, of listing: DirectoryListing, _ names: UnsafeRawBufferPointer, to sink: inout ByteSink
    ) {
        sink.append(UInt8(truncatingIfNeeded: entry.kind.rawValue))
        sink.append(UInt8(entry.device == listing.device ? 0 : 1))
        sink.append(Int64(entry.nameLength))
        let start = Int(entry.nameOffset)
        sink.append(UnsafeRawBufferPointer(rebasing: names[start..<(start + Int(entry.nameLength))]))
        guard entry.kind != .directory else { return }
        sink.append(entry.sizeBytes)
        sink.append(entry.modifiedNS)
        sink.append(entry.changedNS)
        sink.append(entry.inode)
        sink.append(entry.linkCount)
    }
}

/// Writes into memory that is known to be large enough.
private struct ByteSink {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    mutating func append(_ word: Int64) {
        bytes.storeBytes(of: word.littleEndian, toByteOffset: count, as: Int64.self)
        count += 8
    }

    mutating func append(_ part: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: part)
        count += part.count
    }
}
