import CatalogCore

/// A name to be added to a pack.
struct NewName {
    let id: EntryID
    let rootID: RootID
    /// 0 for none.
    let parentID: EntryID
    let kind: Int64
    let figures: PackFigures
    /// The folded text form.
    let folded: UnsafeRawBufferPointer
}

/// Adds names to a pack and marks them dead.
///
/// One thread at a time.
final class PackWriter {
    let file: PackFile
    /// Where the next names of each root go; as many as there are roots.
    private var openBlocks: [RootID: (segment: PackSegment, index: Int)] = [:]
    /// The first block of the last segment that nobody uses.
    private var nextIndex = PackLayout.blocksPerSegment
    /// No name here has a larger id.
    private(set) var largestID: EntryID = 0
    private(set) var recordCount = 0
    private(set) var deadCount = 0

    /// Goes on with a file that was filled before.
    ///
    /// - Throws: `PackDamage` when the pack is not whole.
    init(_ file: PackFile, on threads: SearchThreads) throws {
        self.file = file
        let check = try PackCheck(file.segments, on: threads)
        for segment in file.segments {
            nextIndex = PackLayout.blocksPerSegment
            for index in 0..<PackLayout.blocksPerSegment {
                let block = segment.block(index)
                guard block.count > 0 else {
                    nextIndex = index
                    break
                }
                largestID = max(largestID, block.largestID)
                openBlocks[block.rootID] = (segment, index)
            }
        }
        recordCount = check.recordCount
        deadCount = check.deadCount
    }

    /// Fills a file that was just created.
    init(new file: PackFile) {
        self.file = file
    }

    /// Adds a name; empty ones (the directory of a root itself) cannot be searched for and are left out.
    func append(_ name: NewName) throws {
        guard !name.folded.isEmpty else { return }
        guard name.id > 0, name.id <= PackLayout.idMax, name.parentID >= 0, name.parentID <= PackLayout.idMax else {
            throw CatalogError.internalError("search index: id \(name.id) or parent \(name.parentID) out of range")
        }
        let text = UnsafeRawBufferPointer(rebasing: name.folded.prefix(PackLayout.nameBytesMax))
        let place = try block(for: name.rootID, textBytes: text.count + 1)
        let block = place.segment.block(place.index)
        let number = block.count
        let start = number == 0 ? 0 : block.end(number - 1)
        let room = PackLayout.blockBytes - (number + 1) * PackLayout.recordBytes - start
        guard number < PackLayout.recordsPerBlock, text.count < room else {
            throw PackDamage(reason: "its file was damaged while it was in use")
        }
        place.segment.change { write(name, text, at: start, number, in: block, of: place) }
        largestID = max(largestID, name.id)
        recordCount += 1
    }

    private func write(
        _ name: NewName, _ text: UnsafeRawBufferPointer, at start: Int, _ number: Int, in block: PackBlock,
        of place: (segment: PackSegment, index: Int)
    ) {
        (block.text + start).copyMemory(from: text.baseAddress ?? UnsafeRawPointer(block.text), byteCount: text.count)
        block.text.storeBytes(of: 0, toByteOffset: start + text.count, as: UInt8.self)
        let record = PackRecord(id: name.id, parent: name.parentID, kind: name.kind, end: start + text.count + 1)
        block.write(record, at: number)
        block.signatures[number] = PackLayout.signature(text)
        name.figures.write(to: block.figures + number)
        place.segment.addToFilter(text, block: place.index)
        block.smallestID = number == 0 ? name.id : min(block.smallestID, name.id)
        block.largestID = max(block.largestID, name.id)
        block.sum &+= block.hash(record, name: text, name.figures)
        block.count = number + 1
    }

    /// Marks the names of `ids` dead, wherever they are; ids without a name are no error.
    ///
    /// - Parameter ids: ascending.
    func kill(_ ids: [EntryID]) {
        guard let first = ids.first, let last = ids.last, first <= largestID else { return }
        kill(in: first...last) { block in
            let from = ids.partitioningIndex { $0 >= block.smallestID }
            guard from < ids.count, ids[from] <= block.largestID else { return nil }
            return { id in
                let at = ids.partitioningIndex { $0 >= id }
                return at < ids.count && ids[at] == id
            }
        }
    }

    /// Marks every name of `root` with an id in `range` dead.
    func kill(_ range: ClosedRange<EntryID>, of root: RootID) {
        guard range.lowerBound <= largestID else { return }
        kill(in: range) { block in block.rootID == root ? { range.contains($0) } : nil }
    }

    private func kill(in range: ClosedRange<EntryID>, _ choose: (PackBlock) -> ((EntryID) -> Bool)?) {
        for segment in file.segments {
            for index in 0..<PackLayout.blocksPerSegment {
                let block = segment.block(index)
                guard block.count > 0 else { break }
                guard block.smallestID <= range.upperBound, block.largestID >= range.lowerBound,
                    let isChosen = choose(block)
                else { continue }
                for number in 0..<block.count {
                    let record = block.record(number)
                    guard !record.isDead, isChosen(record.id) else { continue }
                    segment.change { kill(record, number, in: block) }
                }
            }
        }
    }

    private func kill(_ record: PackRecord, _ number: Int, in block: PackBlock) {
        block.sum &+= record.deathHash
        var dead = record
        dead.second |= PackRecord.deadBit
        block.write(dead, at: number)
        deadCount += 1
    }

    /// Copies what is alive into another pack.
    func copyLiving(to other: PackWriter) throws {
        for segment in file.segments {
            for index in 0..<PackLayout.blocksPerSegment {
                let block = segment.block(index)
                for number in 0..<block.count {
                    let record = block.record(number)
                    guard !record.isDead else { continue }
                    try other.append(
                        NewName(
                            id: record.id, rootID: block.rootID, parentID: record.parent, kind: record.kind,
                            figures: block.figures(number), folded: block.name(number)))
                }
            }
        }
    }

    /// The block that takes the next name of `root`: its open one, or a new one.
    private func block(for root: RootID, textBytes: Int) throws -> (segment: PackSegment, index: Int) {
        if let open = openBlocks[root] {
            let block = open.segment.block(open.index)
            let count = block.count
            let used = count == 0 ? 0 : block.end(count - 1)
            let isRoomy = used + textBytes + (count + 1) * PackLayout.recordBytes <= PackLayout.blockBytes
            if isRoomy, count < PackLayout.recordsPerBlock { return open }
        }
        var segment = file.segments.last
        if nextIndex == PackLayout.blocksPerSegment {
            segment = try file.grow()
            nextIndex = 0
        }
        guard let segment else { throw CatalogError.internalError("search index: no segment") }
        segment.block(nextIndex).rootID = root
        let new = (segment, nextIndex)
        openBlocks[root] = new
        nextIndex += 1
        return new
    }
}

extension [EntryID] {
    /// The first place of a sorted array from which on `predicate` holds.
    func partitioningIndex(_ predicate: (EntryID) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
