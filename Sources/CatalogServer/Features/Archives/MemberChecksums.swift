import CatalogCore
import NIOCore

/// The checksums of one archive while it is sent: those that were seen on the way, those that were noted before, and at last
/// those for which files are read once more. For one task.
final class MemberChecksums {
    /// Bytes of a file that are read before whoever waits is looked at again.
    private static let stepBytes: Int64 = 32 << 20

    private let members: ArchiveMembers
    private let log: ArchiveChecksums
    private var values: [UInt32?]
    /// Members that were looked up already.
    private var lookedUp = 0..<0
    /// The end of a file that was sent from its middle on.
    private var tail: (member: Int, from: Int64, checksum: UInt32)?
    /// A file that is read for its checksum.
    private var inProgress: LargeMember?

    init(_ members: ArchiveMembers, log: ArchiveChecksums) {
        (self.members, self.log) = (members, log)
        values = [UInt32?](repeating: nil, count: members.count)
    }

    /// Of a member that is known.
    func value(_ member: Int) -> UInt32 { values[member] ?? 0 }

    /// Takes what a part of a file came to.
    func add(_ checksum: UInt32, of part: Range<Int64>, _ member: Int) {
        let size = members.sizeBytes(member)
        if part == 0..<size {
            values[member] = checksum
            log.note(
                ArchiveChecksum(
                    entryID: members.entryID(member), state: members.state(member), checksum: checksum))
        } else if part.upperBound == size {
            tail = (member, part.lowerBound, checksum)
        }
    }

    /// Does a part of what is missing for these members.
    ///
    /// - Returns: whether nothing is missing any more.
    func learn(_ wanted: Range<Int>, _ reading: MemberReading) async throws -> Bool {
        if try await goOn() { return false }
        var missing = wanted.filter { values[$0] == nil && members.sizeBytes($0) > 0 }
        if !missing.isEmpty, lookedUp != wanted {
            lookedUp = wanted
            try await lookUp(missing)
            missing.removeAll { values[$0] != nil }
        }
        guard let first = missing.first else { return true }
        if reading.isSmall(first) {
            for (member, checksum) in try await reading.checksums(missing.filter(reading.isSmall)) {
                add(checksum, of: 0..<members.sizeBytes(member), member)
            }
        } else {
            let end = tail?.member == first ? tail?.from : nil
            inProgress = try await reading.large(first, 0..<(end ?? members.sizeBytes(first)), isSent: false)
        }
        return false
    }

    private func lookUp(_ wanted: [Int]) async throws {
        let known = try await log.known(wanted.map { members.entryID($0) })
        for member in wanted {
            guard let found = known[members.entryID(member)], found.state == members.state(member) else { continue }
            values[member] = found.checksum
        }
    }

    /// - Returns: whether there was something to go on with.
    private func goOn() async throws -> Bool {
        guard var content = inProgress else { return false }
        var read: Int64 = 0
        while read < Self.stepBytes {
            guard let piece = try await content.next() else {
                inProgress = nil
                finish(content)
                return true
            }
            read += Int64(piece.readableBytes)
        }
        inProgress = content
        return true
    }

    private func finish(_ content: LargeMember) {
        let size = members.sizeBytes(content.member)
        guard let end = tail, end.member == content.member, content.part == 0..<end.from else {
            return add(content.checksum, of: content.part, content.member)
        }
        let whole = Checksum.combine(content.checksum, end.checksum, count: size - end.from)
        add(whole, of: 0..<size, content.member)
    }
}
