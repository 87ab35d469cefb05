/// Reads a whole pack once, when it is opened, and decides whether it is what the writer wrote.
///
/// Each block carries a sum of hashes: one for each record, one more for each dead one. The writer raises the sum just
/// before it makes the change visible, so a block of a killed process may be one change behind its sum. That change is
/// completed here, and harmless to repeat from the journal. Anything else is damage.
struct PackCheck {
    private(set) var recordCount = 0
    private(set) var deadCount = 0

    /// Checks all segments; blocks its thread.
    ///
    /// - Throws: `PackDamage`.
    init(_ segments: [PackSegment], on threads: SearchThreads) throws {
        for result in threads.run(segments.count, { index in Result { try PackCheck(of: segments[index]) } }) {
            let check = try result.get()
            recordCount += check.recordCount
            deadCount += check.deadCount
        }
    }

    private init(of segment: PackSegment) throws {
        try check(segment)
    }

    private mutating func check(_ segment: PackSegment) throws {
        var isBeforeFree = true
        for index in 0..<PackLayout.blocksPerSegment {
            let block = segment.block(index)
            // Blocks are taken into use in order; the first record of the newest one may have been on its way.
            let isUsed = block.count > 0 || (isBeforeFree && block.sum != 0)
            guard isUsed else {
                guard block.sum == 0 else { throw PackCheck.damage }
                isBeforeFree = false
                continue
            }
            guard isBeforeFree else { throw PackCheck.damage }
            try check(block, index, in: segment)
        }
    }

    private mutating func check(_ block: PackBlock, _ index: Int, in segment: PackSegment) throws {
        var sum: UInt64 = 0
        var dead = 0
        for number in 0..<block.count {
            try checkForm(block, number, index, in: segment)
            let record = block.record(number)
            sum &+= block.hash(record, name: block.name(number), block.figures(number))
            if record.isDead {
                sum &+= record.deathHash
                dead += 1
            }
        }
        if sum != block.sum, try complete(block, index, in: segment, ahead: block.sum &- sum) { dead += 1 }
        recordCount += block.count
        deadCount += dead
    }

    /// Completes the one change that the sum knows of already.
    ///
    /// - Returns: whether that change was a death.
    private func complete(_ block: PackBlock, _ index: Int, in segment: PackSegment, ahead: UInt64) throws -> Bool {
        for number in 0..<block.count {
            var record = block.record(number)
            guard !record.isDead, record.deathHash == ahead else { continue }
            record.second |= PackRecord.deadBit
            block.write(record, at: number)
            return true
        }
        let next = block.count
        try checkForm(block, next, index, in: segment)
        guard block.hash(block.record(next), name: block.name(next), block.figures(next)) == ahead else {
            throw PackCheck.damage
        }
        block.count = next + 1
        return false
    }

    /// Whether record `number` lies inside its block, between the ids that the block's header names, and in the filter.
    private func checkForm(_ block: PackBlock, _ number: Int, _ index: Int, in segment: PackSegment) throws {
        let space = PackLayout.blockBytes - (number + 1) * PackLayout.recordBytes
        guard number < PackLayout.recordsPerBlock, space > 0 else { throw PackCheck.damage }
        let record = block.record(number)
        let start = block.start(number)
        guard record.end <= space, record.end > start + 1,
            block.text.load(fromByteOffset: record.end - 1, as: UInt8.self) == 0,
            block.smallestID <= record.id, record.id <= block.largestID
        else { throw PackCheck.damage }
        let name = block.name(number)
        guard name.count < 2 || segment.filterCovers(name, block: index),
            block.signatures[number] == PackLayout.signature(name)
        else { throw PackCheck.damage }
    }

    private static let damage = PackDamage(reason: "it is damaged")
}
