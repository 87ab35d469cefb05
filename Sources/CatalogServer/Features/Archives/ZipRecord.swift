import CatalogCore

/// What a zip archive says of one member. *Source*: APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.12 and 4.5.3; the time in seconds
/// is Info-ZIP's extra field 0x5455.
struct ZipRecord {
    /// 32 bits are full; the value is elsewhere.
    static let full32 = Int64(UInt32.max)
    /// 16 bits are full.
    static let full16 = Int(UInt16.max)
    private static let (stored, deflated): (UInt16, UInt16) = (0, 8)
    /// Names are UTF-8.
    private static let utf8Flag: UInt16 = 0x800
    private static let descriptorFlag: UInt16 = 0x8
    /// Files and directories as Unix knows them, and Windows' bit of a directory.
    private static let (fileMode, directoryMode): (UInt32, UInt32) = (0o100644 << 16, 0o40755 << 16 | 0x10)

    let name: [UInt8]
    let modifiedNS: Int64
    let isDirectory: Bool
    var isDeflated = false
    let sizeBytes: Int64
    /// As it stands in the archive; 0 while nobody knows.
    var packedBytes: Int64
    var checksum: UInt32 = 0
    /// Where the header is.
    var offset: Int64 = 0

    init(of member: Int, in members: ArchiveMembers) {
        name = members.name(member)
        modifiedNS = members.modifiedNS(member)
        isDirectory = members.isDirectory(member)
        sizeBytes = members.sizeBytes(member)
        packedBytes = sizeBytes
    }

    /// Deflate may make content larger by a few bytes in ten thousand.
    private static let deflatedLargeBytes = full32 - full32 / 16

    /// Whether sizes have 64 bits before and behind the content.
    private var isLarge: Bool { Self.isLarge(sizeBytes, isDeflated: isDeflated) }

    private static func isLarge(_ size: Int64, isDeflated: Bool) -> Bool {
        size >= (isDeflated ? deflatedLargeBytes : full32)
    }

    private static func hasSeconds(_ modifiedNS: Int64) -> Bool { Int32(exactly: modifiedNS.seconds) != nil }

    // MARK: Lengths

    static func headerBytes(nameLength: Int, sizeBytes: Int64, modifiedNS: Int64) -> Int {
        30 + nameLength + (isLarge(sizeBytes, isDeflated: false) ? 20 : 0) + (hasSeconds(modifiedNS) ? 9 : 0)
    }

    static func descriptorBytes(sizeBytes: Int64) -> Int {
        sizeBytes == 0 ? 0 : isLarge(sizeBytes, isDeflated: false) ? 24 : 16
    }

    static func indexBytes(nameLength: Int, sizeBytes: Int64, modifiedNS: Int64, offset: Int64) -> Int {
        let large = (sizeBytes >= full32 ? 16 : 0) + (offset >= full32 ? 8 : 0)
        return 46 + nameLength + (large > 0 ? 4 + large : 0) + (hasSeconds(modifiedNS) ? 9 : 0)
    }

    // MARK: Bytes

    /// Flags, method and time, which both headers have.
    private func putCommon(_ out: inout LittleEndianBytes) {
        out.put(Self.utf8Flag | (sizeBytes > 0 ? Self.descriptorFlag : 0))
        out.put(isDeflated ? Self.deflated : Self.stored)
        let (date, time) = Timestamp.fatTime(microseconds: modifiedNS.seconds * 1_000_000)
        out.put(time)
        out.put(date)
    }

    private func putSeconds(_ out: inout LittleEndianBytes) {
        guard let seconds = Int32(exactly: modifiedNS.seconds) else { return }
        out.put(UInt16(0x5455))
        out.put(UInt16(5))
        out.put(UInt8(1))
        out.put(seconds)
    }

    /// What stands before the content. The checksum comes behind it; sizes that are known stand here, so that readers of
    /// streams can step over the content.
    func header() -> [UInt8] {
        var out = LittleEndianBytes()
        out.put(UInt32(0x0403_4B50))
        out.put(UInt16(isLarge ? 45 : 20))
        putCommon(&out)
        out.put(UInt32(0))
        let (packed, size) = isDeflated ? (0, 0) : (packedBytes, sizeBytes)
        out.put(UInt32(isLarge ? Self.full32 : packed))
        out.put(UInt32(isLarge ? Self.full32 : size))
        out.put(UInt16(name.count))
        out.put(UInt16((isLarge ? 20 : 0) + (Self.hasSeconds(modifiedNS) ? 9 : 0)))
        out.put(name)
        if isLarge {
            out.put(UInt16(1))
            out.put(UInt16(16))
            out.put(size)
            out.put(packed)
        }
        putSeconds(&out)
        return out.bytes
    }

    /// What stands behind the content; nothing when there is none.
    func descriptor() -> [UInt8] {
        guard sizeBytes > 0 else { return [] }
        var out = LittleEndianBytes()
        out.put(UInt32(0x0807_4B50))
        out.put(checksum)
        for size in [packedBytes, sizeBytes] {
            if isLarge { out.put(size) } else { out.put(UInt32(size)) }
        }
        return out.bytes
    }

    /// What the directory at the end says.
    func indexEntry() -> [UInt8] {
        let large = [sizeBytes, packedBytes, offset].filter { $0 >= Self.full32 }
        var out = LittleEndianBytes()
        out.put(UInt32(0x0201_4B50))
        let version: UInt16 = isLarge || !large.isEmpty ? 45 : 20
        out.put(3 << 8 | version)
        out.put(version)
        putCommon(&out)
        out.put(checksum)
        out.put(UInt32(min(packedBytes, Self.full32)))
        out.put(UInt32(min(sizeBytes, Self.full32)))
        out.put(UInt16(name.count))
        out.put(UInt16((large.isEmpty ? 0 : 4 + 8 * large.count) + (Self.hasSeconds(modifiedNS) ? 9 : 0)))
        // No comment, first disk, nothing known of the content.
        for _ in 0..<3 { out.put(UInt16(0)) }
        out.put(isDirectory ? Self.directoryMode : Self.fileMode)
        out.put(UInt32(min(offset, Self.full32)))
        out.put(name)
        if !large.isEmpty {
            out.put(UInt16(1))
            out.put(UInt16(8 * large.count))
            for value in large { out.put(value) }
        }
        putSeconds(&out)
        return out.bytes
    }
}

/// The last bytes of a zip archive. *Source*: APPNOTE.TXT sections 4.3.14 to 4.3.16.
struct ZipEnd {
    let count: Int
    /// The directory at the end.
    let index: Range<Int64>

    private var isLarge: Bool {
        count >= ZipRecord.full16 || index.lowerBound >= ZipRecord.full32 || Int64(index.count) >= ZipRecord.full32
    }

    var byteCount: Int64 { isLarge ? 98 : 22 }

    func bytes() -> [UInt8] {
        var out = LittleEndianBytes()
        let size = Int64(index.count)
        if isLarge {
            out.put(UInt32(0x0606_4B50))
            out.put(UInt64(44))
            out.put(UInt16(3 << 8 | 45))
            out.put(UInt16(45))
            out.put(UInt64(0))
            for value in [Int64(count), Int64(count), size, index.lowerBound] { out.put(value) }
            out.put(UInt32(0x0706_4B50))
            out.put(UInt32(0))
            out.put(index.upperBound)
            out.put(UInt32(1))
        }
        out.put(UInt32(0x0605_4B50))
        out.put(UInt32(0))
        for _ in 0..<2 { out.put(UInt16(min(count, ZipRecord.full16))) }
        out.put(UInt32(min(size, ZipRecord.full32)))
        out.put(UInt32(min(index.lowerBound, ZipRecord.full32)))
        out.put(UInt16(0))
        return out.bytes
    }
}

extension Int64 {
    /// Nanoseconds as whole seconds, earlier ones for what is before 1970.
    var seconds: Int64 { ModificationTime.seconds(self) }
}
