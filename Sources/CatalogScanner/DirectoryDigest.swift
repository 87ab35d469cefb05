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
    private var buffer: [UInt8] = []

    /// The digest of a sorted listing.
    ///
    /// Times and inode of a sub-directory are left out: its own digest has them. Device numbers are left out, because they
    /// may change with a restart; that an entry lies on another device than its directory is not.
    mutating func digest(of listing: DirectoryListing) -> DirectoryDigest {
        buffer.removeAll(keepingCapacity: true)
        for word in [listing.modifiedNS, listing.changedNS, listing.birthNS, listing.inode] { append(word) }
        listing.names.withUnsafeBytes { names in
            for entry in listing.entries {
                buffer.append(UInt8(truncatingIfNeeded: entry.kind.rawValue))
                buffer.append(entry.device == listing.device ? 0 : 1)
                append(Int64(entry.nameLength))
                let start = Int(entry.nameOffset)
                buffer.append(contentsOf: names[start..<(start + Int(entry.nameLength))])
                guard entry.kind != .directory else { continue }
                append(entry.sizeBytes)
                append(entry.modifiedNS)
                append(entry.changedNS)
                append(entry.inode)
                append(entry.linkCount)
            }
        }
        let hash = buffer.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        return DirectoryDigest(high: hash.high64, low: hash.low64)
    }

    private mutating func append(_ word: Int64) {
        withUnsafeBytes(of: word.littleEndian) { buffer.append(contentsOf: $0) }
    }
}
