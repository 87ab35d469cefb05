/// Where every byte of an archive is, from names, sizes and times alone: nothing is read for it.
protocol ArchiveLayout: Sendable {
    /// Another text whenever a byte of an archive would be at another place: it is part of the archive's tag.
    static var version: String { get }

    var byteCount: Int64 { get }

    /// The section that has the byte at `offset` in it, which is below `byteCount`.
    func section(at offset: Int64) -> ArchiveSection

    /// What stands in a section that is no content of a file.
    ///
    /// - Parameter checksum: CRC-32 of the content of a member that `checksummed` names.
    func bytes(of section: ArchiveSection, checksum: (Int) -> UInt32) -> [UInt8]

    /// The members whose checksums stand in a section.
    func checksummed(in section: ArchiveSection) -> Range<Int>
}

/// A part of an archive that is of one kind.
struct ArchiveSection: Equatable, Sendable {
    enum Content: Equatable, Sendable {
        /// What stands before a member.
        case header(Int)
        /// The content of a member, which is a file.
        case file(Int)
        /// What stands behind its content.
        case trailer(Int)
        /// What the end says of some of the members.
        case index(Range<Int>)
        case end
    }

    /// Offsets in the archive.
    let range: Range<Int64>
    let content: Content
}

extension [Int64] {
    /// The number of the last element that is not above `value`, in a sorted list whose first is not.
    func lastIndex(notAbove value: Int64) -> Int {
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}

/// Numbers in little-endian order, as zip archives have them.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ more: [UInt8]) { bytes += more }
}
