import CatalogCore

/// Where an index stands in the journal: the last applied change, with enough of it to notice that the database is
/// another one by now (restored from a backup, for example).
struct JournalPosition: Equatable, Sendable {
    /// 0 before the first change.
    var sequence: Int64 = 0
    var createdAtMicroseconds: Int64 = 0
    var firstID: Int64 = 0
    var lastID: Int64 = 0
}

/// What a pack says about itself.
struct PackHeader: Equatable {
    /// Which database the names are from.
    var databaseID: UInt64
    var position: JournalPosition
    /// Whether everything was on the disk when this was written.
    var isClean: Bool
    /// Which boot of the machine wrote it: within one boot, what a killed process wrote is still whole.
    var bootID: UInt64
    var segmentCount: Int
    /// Counts up with each write, so that the newer of the two copies is known.
    var generation: UInt64 = 0

    private static let wordCount = 12
    private static let slotBytes = PackLayout.headerPageBytes / 2

    /// Writes the header over the older of the two copies in the page: whenever the process dies, one copy is whole.
    func write(to page: UnsafeMutableRawPointer) {
        let slot = page + Int(generation & 1) * PackHeader.slotBytes
        let words = words
        for (index, word) in words.enumerated() { slot.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self) }
        slot.storeBytes(of: PackHeader.checksum(words), toByteOffset: words.count * 8, as: UInt64.self)
    }

    /// The newest whole header of the page, or nil.
    init?(page: UnsafeMutableRawPointer) {
        let copies = [0, 1].compactMap { PackHeader(slot: page + $0 * PackHeader.slotBytes) }
        guard let newest = copies.max(by: { $0.generation < $1.generation }) else { return nil }
        self = newest
    }

    init(databaseID: UInt64, position: JournalPosition) {
        self.databaseID = databaseID
        self.position = position
        isClean = false
        bootID = 0
        segmentCount = 0
    }

    private init?(slot: UnsafeMutableRawPointer) {
        let words = (0..<PackHeader.wordCount).map { slot.load(fromByteOffset: $0 * 8, as: UInt64.self) }
        let checksum = slot.load(fromByteOffset: PackHeader.wordCount * 8, as: UInt64.self)
        guard checksum == PackHeader.checksum(words), words[0] == PackLayout.magic, words[1] == PackHeader.versions,
            let segments = Int(exactly: words[9])
        else { return nil }
        databaseID = words[2]
        position = JournalPosition(
            sequence: Int64(bitPattern: words[3]), createdAtMicroseconds: Int64(bitPattern: words[4]),
            firstID: Int64(bitPattern: words[5]), lastID: Int64(bitPattern: words[6]))
        isClean = words[7] == 1
        bootID = words[8]
        segmentCount = segments
        generation = words[10]
    }

    private var words: [UInt64] {
        [
            PackLayout.magic, PackHeader.versions, databaseID, UInt64(bitPattern: position.sequence),
            UInt64(bitPattern: position.createdAtMicroseconds), UInt64(bitPattern: position.firstID),
            UInt64(bitPattern: position.lastID), isClean ? 1 : 0, bootID, UInt64(segmentCount), generation, 0,
        ]
    }

    private static var versions: UInt64 { UInt64(PackLayout.version) << 32 | UInt64(TextFold.version) }

    private static func checksum(_ words: [UInt64]) -> UInt64 {
        words.withUnsafeBytes { PackHash.hash($0, seed: PackLayout.magic) }
    }
}
