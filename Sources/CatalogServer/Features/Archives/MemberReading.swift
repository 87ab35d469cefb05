import CatalogCore
import CatalogStorage
import NIOCore
import Synchronization

/// Reads the files of one archive in its order, for one task: large ones in pieces, small ones many at a time.
final class MemberReading {
    /// Bytes, and number, of small files that are read before they are needed.
    private static let batchBytes: Int64 = 1 << 20
    private static let batchMembers = 128

    let members: ArchiveMembers
    private let source: ArchiveSource
    private let note: @Sendable ([EntryID]) -> Void
    private var batch: [Int: ArchiveSource.Small] = [:]

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
        var wanted: [Int] = []
        var bytes: Int64 = 0
        var next = member
        while next < end, wanted.count < Self.batchMembers, bytes < Self.batchBytes {
            // What is large, or on another storage, comes in its turn.
            guard members.isDirectory(next) || (isSmall(next) && members.rootID(next) == members.rootID(member)) else {
                break
            }
            if !members.isDirectory(next) { wanted.append(next) }
            bytes += members.sizeBytes(next)
            next += 1
        }
        batch = Dictionary(uniqueKeysWithValues: try await source.small(wanted).map { ($0.member, $0) })
        note(wanted.map { members.entryID($0) })
        guard let read = batch.removeValue(forKey: member) else { throw source.changed(member) }
        return read
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
    private let source: ArchiveSource
    private let reader: any StorageReader
    private let checksums = PieceChecksums()
    private var pieces: ReadAhead

    fileprivate init(_ part: Range<Int64>, of reader: any StorageReader, _ member: Int, _ source: ArchiveSource) {
        (self.part, self.reader, self.member, self.source) = (part, reader, member, source)
        pieces = ReadAhead(part, of: reader) { [checksums] offset, count in
            try await source.pool.run {
                let piece = try source.readBlocking(reader, member, at: offset, count: count)
                checksums.add(Checksum.of(piece), count: Int64(count), at: offset)
                return piece
            }
        }
    }

    /// The next bytes; nil at the end.
    ///
    /// - Throws: `CatalogError` when the file is no longer the one that was opened.
    mutating func next() async throws -> ByteBuffer? {
        guard let piece = pieces.next() else {
            guard reader.isUnchanged else { throw source.changed(member) }
            return nil
        }
        return try await piece.bytes()
    }

    /// Of the whole part, once it is read.
    var checksum: UInt32 { checksums.value }
}

/// The checksums of pieces that may be read side by side.
private final class PieceChecksums: Sendable {
    private let pieces = Mutex<[Int64: (checksum: UInt32, count: Int64)]>([:])

    func add(_ checksum: UInt32, count: Int64, at offset: Int64) {
        pieces.withLock { $0[offset] = (checksum, count) }
    }

    var value: UInt32 {
        pieces.withLock { pieces in
            pieces.sorted { $0.key < $1.key }.reduce(0) { sum, piece in
                Checksum.combine(sum, piece.value.checksum, count: piece.value.count)
            }
        }
    }
}
