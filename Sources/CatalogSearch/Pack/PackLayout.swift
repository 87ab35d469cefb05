/// Where everything stands in a pack file, in bytes.
///
/// A pack is one header page and then segments of one size. A segment holds 512 blocks: their headers, a filter over
/// all of them, a signature and the figures (size and times) of each name, and the blocks' contents. Each block has names of one storage root; its text
/// grows upwards from the start, the names' records grow downwards from the end:
///
///     file     [header page][segment 0][segment 1]…
///     segment  [512 block headers][filter: 8,192 rows of 512 bits][512 × 128 signatures][512 × 3 × 128 figures][512 blocks]
///     block    [name NUL name NUL …            … record 1, record 0]
///
/// Nothing ever moves, so that searches read while the writer appends: a record counts once its block's count says so.
/// Names cannot contain NUL, so no match can reach over two of them.
enum PackLayout {
    /// "CATNAMES".
    static let magic: UInt64 = 0x5345_4D41_4E54_4143
    /// Raised whenever anything in this file changes its meaning; a pack of another version is built again.
    static let version: UInt32 = 2
    static let headerPageBytes = 4_096
    static let blocksPerSegment = 512
    static let blockHeaderBytes = 64
    /// About 90 names of media files.
    ///
    /// Smaller blocks are skipped more often, but need more filter for each name.
    static let blockBytes = 4_096
    /// A block has about 1,200 different pairs and triples of bytes: fifteen of a hundred bits are set.
    static let filterRowBits = 13
    static let filterRows = 1 << filterRowBits
    static let filterRowBytes = blocksPerSegment / 8
    static let filterRowWords = blocksPerSegment / 64
    static let recordBytes = 16
    /// Names in a block at most: names of 15 bytes fill it.
    static let recordsPerBlock = 128
    static let filterOffset = blocksPerSegment * blockHeaderBytes
    static let signaturesOffset = filterOffset + filterRows * filterRowBytes
    /// Size, modification time and time of first sight: all sizes of a block stand together, then all of the next.
    static let figuresPerRecord = 3
    static let figuresOffset = signaturesOffset + blocksPerSegment * recordsPerBlock * 8
    static let blocksOffset = figuresOffset + blocksPerSegment * recordsPerBlock * figuresPerRecord * 8
    static let segmentBytes = blocksOffset + blocksPerSegment * blockBytes
    /// Bytes of a folded name that are kept.
    ///
    /// File systems stop at 255 bytes, or at 765 bytes of UTF-8 on NTFS; folding makes a name longer than this only if
    /// it consists of ligatures of whole sentences.
    static let nameBytesMax = blockBytes - recordBytes - 1
    /// Ids take 48 bits in a record: a million new entries a second for nine years.
    static let idMax: Int64 = 1 << 48 - 1

    /// The filter row of a pair of bytes.
    @inline(__always)
    static func row(_ first: UInt8, _ second: UInt8) -> Int {
        row(UInt32(first) | UInt32(second) << 8 | 1 << 24)
    }

    /// The filter row of a triple of bytes.
    @inline(__always)
    static func row(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        row(UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16)
    }

    /// The signature of a text: for each pair of bytes one of 64 bits.
    ///
    /// A name of 30 bytes has about a third of them; a name whose signature lacks a bit of a word's cannot contain the
    /// word.
    static func signature(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var bits: UInt64 = 0
        for index in 1..<max(1, text.count) {
            let pair = UInt32(text[index - 1]) | UInt32(text[index]) << 8
            bits |= 1 << UInt64((pair &* 0x9E37_79B1) >> 26)
        }
        return bits
    }

    /// Multiplicative hashing by the golden ratio: the top bits are well mixed.
    @inline(__always)
    private static func row(_ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: (gram &* 0x9E37_79B1) >> (32 - UInt32(filterRowBits)))
    }
}
