import CatalogCore

/// A zip archive whose members stand in it as they are. Each checksum comes behind its content, so that nothing has to be read
/// before the first byte is sent; sizes and offsets have 64 bits where they need them.
struct ZipLayout: ArchiveLayout {
    static let version = "zip 1"
    /// Members of the directory at the end that are one section.
    private static let groupMembers = 256

    let byteCount: Int64
    private let members: ArchiveMembers
    /// Where each member begins.
    private let offsets: [Int64]
    /// Where each group of the directory at the end begins.
    private let groups: [Int64]
    private let end: ZipEnd

    /// - Throws: `CatalogError.invalidArgument` when a path is too long for the format.
    init(_ members: ArchiveMembers) throws {
        self.members = members
        var offset: Int64 = 0
        var offsets: [Int64] = []
        offsets.reserveCapacity(members.count)
        for member in 0..<members.count {
            offsets.append(offset)
            offset += Int64(try Self.checkedHeaderBytes(member, members)) + members.sizeBytes(member)
            offset += Int64(ZipRecord.descriptorBytes(sizeBytes: members.sizeBytes(member)))
        }
        let start = offset
        var groups: [Int64] = []
        for member in 0..<members.count {
            if member % Self.groupMembers == 0 { groups.append(offset) }
            offset += Int64(
                ZipRecord.indexBytes(
                    nameLength: members.nameLength(member), sizeBytes: members.sizeBytes(member),
                    modifiedNS: members.modifiedNS(member), offset: offsets[member]))
        }
        (self.offsets, self.groups) = (offsets, groups)
        end = ZipEnd(count: members.count, index: start..<offset)
        byteCount = offset + end.byteCount
    }

    /// Nothing, when every path has room in a zip archive.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    static func checkNames(of members: ArchiveMembers) throws -> ZipLayout? {
        for member in 0..<members.count { _ = try checkedHeaderBytes(member, members) }
        return nil
    }

    private static func checkedHeaderBytes(_ member: Int, _ members: ArchiveMembers) throws -> Int {
        let nameLength = members.nameLength(member)
        guard nameLength <= Limits.zipNameBytes else {
            throw CatalogError(.invalidArgument, "A path is too long for a zip archive; tar has room for it")
        }
        return ZipRecord.headerBytes(
            nameLength: nameLength, sizeBytes: members.sizeBytes(member), modifiedNS: members.modifiedNS(member))
    }

    func section(at offset: Int64) -> ArchiveSection {
        if offset >= end.index.upperBound {
            return ArchiveSection(range: end.index.upperBound..<byteCount, content: .end)
        }
        if offset >= end.index.lowerBound {
            let group = groups.lastIndex(notAbove: offset)
            let first = group * Self.groupMembers
            let next = group + 1 < groups.count ? groups[group + 1] : end.index.upperBound
            return ArchiveSection(
                range: groups[group]..<next,
                content: .index(first..<min(first + Self.groupMembers, members.count)))
        }
        let member = offsets.lastIndex(notAbove: offset)
        let next = member + 1 < offsets.count ? offsets[member + 1] : end.index.lowerBound
        let trailer = next - Int64(ZipRecord.descriptorBytes(sizeBytes: members.sizeBytes(member)))
        let file = trailer - members.sizeBytes(member)
        if offset < file { return ArchiveSection(range: offsets[member]..<file, content: .header(member)) }
        if offset < trailer { return ArchiveSection(range: file..<trailer, content: .file(member)) }
        return ArchiveSection(range: trailer..<next, content: .trailer(member))
    }

    func checksummed(in section: ArchiveSection) -> Range<Int> {
        switch section.content {
        case .trailer(let member): member..<(member + 1)
        case .index(let group): group
        case .header, .file, .end: 0..<0
        }
    }

    func bytes(of section: ArchiveSection, checksum: (Int) -> UInt32) -> [UInt8] {
        switch section.content {
        case .header(let member): ZipRecord(of: member, in: members).header()
        case .file: []
        case .trailer(let member): record(member, checksum).descriptor()
        case .index(let group): group.flatMap { record($0, checksum).indexEntry() }
        case .end: end.bytes()
        }
    }

    private func record(_ member: Int, _ checksum: (Int) -> UInt32) -> ZipRecord {
        var record = ZipRecord(of: member, in: members)
        record.checksum = members.sizeBytes(member) > 0 ? checksum(member) : 0
        record.offset = offsets[member]
        return record
    }
}
