import CatalogCore
import CatalogStorage
import NIOCore

/// Reads the files of one archive in its order, for one task: large ones in pieces, small ones many at a time.
final class MemberReading {
    /// Bytes, and number, of small files that are read before they are needed.
    private static let batchBytes: Int64 = 1 << 20
    private static let batchMembers = 128

    let members: ArchiveMembers
    private let source: ArchiveSource
    private let note: @Sendable ([EntryID]) -> Void
    private var batch: [Int: ArchiveSource.Small] = [:]
    /// The batch that comes next, which is read while this one is sent.
    private var ahead: (wanted: [Int], reading: RunningRead<[ArchiveSource.Small]>)?

    /// - Parameter note: told which files are sent.
    init(_ source: ArchiveSource, note: @escaping @Sendable ([EntryID]) -> Void) {
        members = source.members
        self.source = source
        self.note = note
    }

    func isSmall(_ member: Int) -> Bool {
        !members.isDirectory(member) && members.sizeBytes(member) <= ArchiveSource.smallBytes
    }

    /// A small file, whole. Those that come after it are read along.
    ///
    /// - Parameter end: the member behind the last one that is wanted.
    func small(_ member: Int, before end: Int) async throws -> ArchiveSource.Small {
        if let known = batch.removeValue(forKey: member) { return known }
        let now = ahead?.wanted.first == member ? ahead : begin(at: member, before: end)
        ahead = nil
        guard let now, let last = now.wanted.last else { throw source.changed(member) }
        let read = try await now.reading.value()
        batch = Dictionary(uniqueKeysWithValues: read.map { ($0.member, $0) })
        ahead = begin(at: last + 1, before: end)
        note(now.wanted.map { members.entryID($0) })
        guard let read = batch.removeValue(forKey: member) else { throw source.changed(member) }
        return read
    }

    /// Begins to read the small files from a member on, as far as they follow each other; nil when there is none.
    private func begin(
        at member: Int, before end: Int
    ) -> (wanted: [Int], reading: RunningRead<[ArchiveSource.Small]>)? {
        var wanted: [Int] = []
        var bytes: Int64 = 0
        var next = member
        while next < end, wanted.count < Self.batchMembers, bytes < Self.batchBytes {
            // What is large, or on another storage, comes in its turn.
            guard members.isDirectory(next) || (isSmall(next) && isBeside(next, wanted.first)) else { break }
            if !members.isDirectory(next) { wanted.append(next) }
            bytes += members.sizeBytes(next)
            next += 1
        }
        guard !wanted.isEmpty else { return nil }
        return (wanted, RunningRead { [source, wanted] in try await source.small(wanted) })
    }

    /// Whether two files are on the same storage.
    private func isBeside(_ member: Int, _ first: Int?) -> Bool {
        first.map { members.rootID($0) == members.rootID(member) } ?? true
    }

    /// A part of a file, in pieces.
    ///
    /// - Parameter isSent: whether anybody gets it.
    func large(_ member: Int, _ part: Range<Int64>, isSent: Bool = true) async throws -> LargeMember {
        let content = LargeMember(part, of: try await source.open(member), member, source)
        if isSent { note([members.entryID(member)]) }
        return content
    }

    /// Small files that are read for their checksums alone.
    func checksums(_ wanted: [Int]) async throws -> [(member: Int, checksum: UInt32)] {
        try await source.small(Array(wanted.prefix(Self.batchMembers))).map { ($0.member, $0.checksum) }
    }
}

/// A file of an archive while it is read.
struct LargeMember {
    let member: Int
    let part: Range<Int64>
    /// Of what was read until now; 0 in an archive that has none.
    private(set) var checksum: UInt32 = 0
    private let source: ArchiveSource
    private let reader: any StorageReader
    private var pieces: ReadAhead

    fileprivate init(_ part: Range<Int64>, of reader: any StorageReader, _ member: Int, _ source: ArchiveSource) {
        (self.part, self.reader, self.member, self.source) = (part, reader, member, source)
        pieces = ReadAhead(part, of: reader) { offset, count in
            let piece = try await reader.piece(at: offset, count: count, on: source.pool)
            guard piece.readableBytes == count else { throw source.changed(member) }
            return piece
        }
    }

    /// The next bytes; nil at the end.
    ///
    /// - Throws: `CatalogError` when the file is no longer the one that was opened.
    mutating func next() async throws -> ByteBuffer? {
        guard let next = pieces.next() else {
            guard reader.isUnchanged else { throw source.changed(member) }
            return nil
        }
        let piece = try await next.bytes()
        if source.hasChecksums { checksum = Checksum.of(piece, after: checksum) }
        return piece
    }
}
