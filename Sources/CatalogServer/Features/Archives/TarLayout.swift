/// A tar archive: ustar, with extended headers where ustar has no room.
struct TarLayout: ArchiveLayout {
    static let version = "tar 1"
    /// Two blocks of zeros.
    private static let endBytes: Int64 = 1_024

    let byteCount: Int64
    private let members: ArchiveMembers
    /// Where each member begins.
    private let offsets: [Int64]

    init(_ members: ArchiveMembers) {
        self.members = members
        var offset: Int64 = 0
        var offsets: [Int64] = []
        offsets.reserveCapacity(members.count)
        for member in 0..<members.count {
            offsets.append(offset)
            offset += Int64(TarHeader(of: member, in: members).byteCount)
            offset += TarHeader.padded(members.sizeBytes(member))
        }
        self.offsets = offsets
        byteCount = offset + Self.endBytes
    }

    func section(at offset: Int64) -> ArchiveSection {
        let end = byteCount - Self.endBytes
        if offset >= end { return ArchiveSection(range: end..<byteCount, content: .end) }
        let member = offsets.lastIndex(notAbove: offset)
        let next = member + 1 < offsets.count ? offsets[member + 1] : end
        let size = members.sizeBytes(member)
        let file = next - TarHeader.padded(size)
        if offset < file { return ArchiveSection(range: offsets[member]..<file, content: .header(member)) }
        if offset < file + size { return ArchiveSection(range: file..<(file + size), content: .file(member)) }
        return ArchiveSection(range: (file + size)..<next, content: .trailer(member))
    }

    func checksummed(in section: ArchiveSection) -> Range<Int> { 0..<0 }

    func bytes(of section: ArchiveSection, checksum: (Int) -> UInt32) -> [UInt8] {
        switch section.content {
        case .header(let member): TarHeader(of: member, in: members).bytes()
        case .file, .index: []
        case .trailer, .end: [UInt8](repeating: 0, count: section.range.count)
        }
    }
}
