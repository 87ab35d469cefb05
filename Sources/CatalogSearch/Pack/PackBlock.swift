import Synchronization

/// One block of a mapped pack: a view of two places in memory, valid as long as its segment.
///
/// The writer changes a block in an order that leaves it readable at every instruction: text and record first, then the
/// sum, then the count. Readers load the count first and look at nothing beyond it.
struct PackBlock {
    private let header: UnsafeMutableRawPointer
    /// The start of the text.
    let text: UnsafeMutableRawPointer
    /// One for each record, in the order of the records.
    let signatures: UnsafeMutablePointer<UInt64>

    /// The sizes of the records; their other figures follow, see `PackFigures`.
    let figures: UnsafeMutablePointer<Int64>

    init(
        header: UnsafeMutableRawPointer, text: UnsafeMutableRawPointer, signatures: UnsafeMutablePointer<UInt64>,
        figures: UnsafeMutablePointer<Int64>
    ) {
        self.header = header
        self.text = text
        self.signatures = signatures
        self.figures = figures
    }

    /// The storage root of all names here.
    var rootID: Int64 {
        get { header.load(as: Int64.self) }
        nonmutating set { header.storeBytes(of: newValue, as: Int64.self) }
    }

    /// No id here is smaller.
    ///
    /// For the writer only.
    var smallestID: Int64 {
        get { header.load(fromByteOffset: 8, as: Int64.self) }
        nonmutating set { header.storeBytes(of: newValue, toByteOffset: 8, as: Int64.self) }
    }

    /// No id here is larger.
    ///
    /// For the writer only.
    var largestID: Int64 {
        get { header.load(fromByteOffset: 16, as: Int64.self) }
        nonmutating set { header.storeBytes(of: newValue, toByteOffset: 16, as: Int64.self) }
    }

    /// The sum of the hashes of all records and of all deaths; see `PackCheck`.
    var sum: UInt64 {
        get { (header + 24).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed) }
        nonmutating set {
            (header + 24).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(newValue, ordering: .releasing)
        }
    }

    /// How many records are complete; 0 for a block that was never used, and never more than fit, whatever the file says.
    var count: Int {
        @inline(__always) get {
            min(
                Int((header + 32).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)),
                PackLayout.recordsPerBlock)
        }
        nonmutating set {
            (header + 32).assumingMemoryBound(to: Atomic<UInt32>.self).pointee
                .store(UInt32(newValue), ordering: .releasing)
        }
    }

    /// The record `index`, which must be below `count` (or the next to be written).
    @inline(__always)
    func record(_ index: Int) -> PackRecord {
        let place = text + (PackLayout.blockBytes - PackLayout.recordBytes * (index + 1))
        return PackRecord(
            first: place.load(as: UInt64.self),
            second: (place + 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed))
    }

    /// Whether the texts of `count` records, each of a byte and its NUL at least, end before the records do: somebody else
    /// may have written to the file, or its page may be gone.
    @inline(__always)
    func isPossible(_ count: Int) -> Bool {
        guard count > 0 else { return true }
        let end = rawEnd(count - 1)
        return end >= count * 2 && end <= PackLayout.blockBytes - PackLayout.recordBytes * count
    }

    /// Where the text of record `index` ends, its NUL included; inside of the block, whatever the file says.
    @inline(__always)
    func end(_ index: Int) -> Int {
        min(rawEnd(index), PackLayout.blockBytes - PackLayout.recordBytes)
    }

    @inline(__always)
    private func rawEnd(_ index: Int) -> Int {
        Int((text + (PackLayout.blockBytes - PackLayout.recordBytes * (index + 1))).load(as: UInt16.self))
    }

    /// Where the text of record `index` starts.
    @inline(__always)
    func start(_ index: Int) -> Int {
        index == 0 ? 0 : end(index - 1)
    }

    /// The name of record `index`.
    @inline(__always)
    func name(_ index: Int) -> UnsafeRawBufferPointer {
        let start = start(index)
        return UnsafeRawBufferPointer(start: text + start, count: max(0, end(index) - start - 1))
    }

    /// Writes record `index`, whole or only its second half.
    func write(_ record: PackRecord, at index: Int) {
        let place = text + (PackLayout.blockBytes - PackLayout.recordBytes * (index + 1))
        if place.load(as: UInt64.self) != record.first { place.storeBytes(of: record.first, as: UInt64.self) }
        (place + 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(record.second, ordering: .releasing)
    }

    /// The figures of record `index`.
    func figures(_ index: Int) -> PackFigures {
        PackFigures(at: figures + index)
    }

    /// What a record with this name and these figures adds to the sum.
    func hash(_ record: PackRecord, name: UnsafeRawBufferPointer, _ figures: PackFigures) -> UInt64 {
        var hash = PackHash.mix(record.first, UInt64(bitPattern: rootID))
        hash = PackHash.mix(hash, UInt64(bitPattern: figures.sizeBytes))
        hash = PackHash.mix(hash, UInt64(bitPattern: figures.modifiedNS))
        hash = PackHash.mix(hash, UInt64(bitPattern: figures.firstSeenAt))
        hash = PackHash.mix(hash, record.second & ~PackRecord.deadBit)
        return PackHash.hash(name, seed: hash)
    }
}

/// What hits are ordered and filtered by beside their names.
///
/// They never change in their place: an entry whose figures change is written anew, like one that is renamed.
struct PackFigures {
    /// 0 for what is no file.
    let sizeBytes: Int64
    let modifiedNS: Int64
    /// Microseconds since 1970.
    let firstSeenAt: Int64

    init(sizeBytes: Int64, modifiedNS: Int64, firstSeenAt: Int64) {
        self.sizeBytes = sizeBytes
        self.modifiedNS = modifiedNS
        self.firstSeenAt = firstSeenAt
    }

    /// Reads the figures of the record whose size stands at `place`.
    @inline(__always)
    init(at place: UnsafePointer<Int64>) {
        sizeBytes = place[0]
        modifiedNS = place[PackLayout.recordsPerBlock]
        firstSeenAt = place[PackLayout.recordsPerBlock * 2]
    }

    func write(to place: UnsafeMutablePointer<Int64>) {
        place[0] = sizeBytes
        place[PackLayout.recordsPerBlock] = modifiedNS
        place[PackLayout.recordsPerBlock * 2] = firstSeenAt
    }
}

/// What a pack knows of a name beside its text and figures: two words.
struct PackRecord {
    static let deadBit: UInt64 = 1 << 63
    private static let idMask: UInt64 = (1 << 48) - 1

    /// 48 bits of id, 16 bits of where the text ends.
    let first: UInt64
    /// Dead or not in the top bit, two bits of kind, 48 bits of the parent's id.
    var second: UInt64

    init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    init(id: Int64, parent: Int64, kind: Int64, end: Int) {
        first = UInt64(bitPattern: id) << 16 | UInt64(end)
        second = UInt64(bitPattern: parent) & PackRecord.idMask | UInt64(bitPattern: kind & 3) << 48
    }

    var id: Int64 { Int64(first >> 16) }
    var end: Int { Int(first & 0xFFFF) }
    var parent: Int64 { Int64(second & PackRecord.idMask) }
    var kind: Int64 { Int64(second >> 48 & 3) }
    var isDead: Bool { second & PackRecord.deadBit != 0 }

    /// What the death of this record adds to its block's sum.
    var deathHash: UInt64 { PackHash.mix(first, 0x6465_6164) }
}
