import CatalogCore
import CatalogJobs
import CatalogStorage

/// How much of a file is read.
enum HashedPart: Sendable {
    /// Its size and both ends; of a small file everything.
    case quick
    /// Everything.
    case content
    /// Both in one reading.
    case everything

    /// What the quick hash of a file of so many bytes reads.
    static func quickBytes(of sizeBytes: Int64) -> Int64 { min(sizeBytes, 2 * Int64(ContentHash.edgeBytes)) }
}

/// What came of reading one file.
struct FileReading: Sendable {
    enum Outcome: Sendable {
        case hashed(FileHash)
        /// It is not any more, or not yet, what the catalog has.
        case changed
        case failed(CatalogError)
        /// Not all of it may be read now. What was read of it is in the part, which is nil when that is nothing.
        case cut(HashPart?)
    }

    let candidate: HashCandidate
    var outcome: Outcome
    var bytesRead: Int64 = 0
    /// Where to go on when all of the file has to be read, after its ends were.
    var beginning: HashPart?
    /// Another name of a file that was read by one of its names already.
    var isOtherName = false
}

/// Reads files of one storage, one after the other. Every call blocks and belongs on a storage thread.
struct FileHasher {
    let backend: any StorageBackend
    /// Opens a file of `backend`.
    let open: (StoragePath) throws -> any StorageReader
    let stop: StopSignal
    /// Asked before each piece; nil where everything may be read.
    let allowance: HashAllowance?
    private let buffer = PieceBuffer()

    init(
        backend: any StorageBackend, open: @escaping (StoragePath) throws -> any StorageReader, stop: StopSignal,
        allowance: HashAllowance?
    ) {
        (self.backend, self.open, self.stop, self.allowance) = (backend, open, stop, allowance)
    }

    /// Reads a file, if it is the one that the catalog has, before and after.
    ///
    /// - Throws: `CatalogError.cancelled`, and what storages throw.
    func read(_ work: HashWork, _ part: HashedPart) throws -> FileReading {
        try stop.check()
        let (file, path) = (work.candidate, work.path)
        var reading = FileReading(candidate: file, outcome: .changed)
        if let allowance, try allowance.pause != nil || !mayBegin(file, part, allowance) {
            reading.outcome = .cut(work.begun)
            return reading
        }
        let reader = try open(path)
        guard try isAsCataloged(reader.entry, file, path) else { return reading }
        if part == .content { return try readContent(reader, work, reading) }
        let hash = try hash(of: reader, file, part, &reading)
        guard let hash, try isStill(reader, file, path) else { return reading }
        reading.outcome = .hashed(hash)
        return reading
    }

    /// Takes all that a quick hash reads; of a whole file each piece is asked for when it is its turn.
    private func mayBegin(_ file: HashCandidate, _ part: HashedPart, _ allowance: HashAllowance) throws -> Bool {
        guard part != .content else { return true }
        let bytes = part == .quick ? HashedPart.quickBytes(of: file.sizeBytes) : file.sizeBytes
        return try allowance.take(bytes, isWhole: true) > 0
    }

    /// Reads all of a file, from where somebody had to stop before.
    private func readContent(
        _ reader: any StorageReader, _ work: HashWork, _ begun: FileReading
    ) throws -> FileReading {
        let file = work.candidate
        var reading = begun
        let resumed = try work.begun.flatMap { part in try ContentHasher(resuming: part.state).map { ($0, part.offset) }
        }
        let (hasher, start) = try resumed ?? (ContentHasher(), 0)
        var end = start
        let isThere = try forEachPiece(of: start..<file.sizeBytes, reader, allowance, &reading.bytesRead) {
            piece, offset in
            hasher.add(piece)
            end = offset + Int64(piece.count)
        }
        guard isThere, try isStill(reader, file, work.path) else { return reading }
        let isWhole = end == file.sizeBytes
        reading.outcome =
            isWhole
            ? .hashed(FileHash(quick: nil, content: hasher.bytes))
            : .cut(hasher.kept.map { HashPart(offset: end, state: $0) })
        return reading
    }

    /// - Returns: nil when the file ends before its size.
    private func hash(
        of reader: any StorageReader, _ file: HashCandidate, _ part: HashedPart, _ reading: inout FileReading
    ) throws -> FileHash? {
        let size = file.sizeBytes
        let edge = Int64(ContentHash.edgeBytes)
        let ends = size <= 2 * edge ? [0..<size] : [0..<edge, (size - edge)..<size]
        let isWhole = part == .everything || ends.count == 1
        let quick = QuickHasher(hasher: try ContentHasher(), ends: ends)
        quick.hasher.add(size: size)
        let content = try ContentHasher()
        for range in isWhole ? [0..<size] : ends {
            let isBeginning = range.lowerBound == 0
            let isThere = try forEachPiece(of: range, reader, nil, &reading.bytesRead) { piece, offset in
                if isBeginning { content.add(piece) }
                quick.add(piece, at: offset)
            }
            guard isThere else { return nil }
        }
        if !isWhole { reading.beginning = content.kept.map { HashPart(offset: edge, state: $0) } }
        return FileHash(quick: quick.hasher.bytes, content: isWhole ? content.bytes : nil)
    }

    /// Goes as far as may be read.
    ///
    /// - Returns: whether all of that was there.
    private func forEachPiece(
        of range: Range<Int64>, _ reader: any StorageReader, _ allowance: HashAllowance?, _ bytesRead: inout Int64,
        _ body: (UnsafeRawBufferPointer, Int64) -> Void
    ) throws -> Bool {
        let pieceMax = Int64(reader.isRemote ? Limits.storageReadBytes : PieceBuffer.localBytes)
        var offset = range.lowerBound
        while offset < range.upperBound {
            try stop.check()
            let next = min(pieceMax, range.upperBound - offset)
            let wanted = Int(try allowance?.take(next) ?? next)
            guard wanted > 0 else { return true }
            let piece = buffer.first(wanted)
            let count = try reader.read(into: piece, at: offset)
            bytesRead += Int64(count)
            guard count == wanted else { return false }
            body(UnsafeRawBufferPointer(piece), offset)
            offset += Int64(count)
        }
        return true
    }

    /// Some protocols tell the time of an open file more exactly than that of a listed one, as which the catalog has it.
    private func isAsCataloged(_ entry: StorageEntry, _ file: HashCandidate, _ path: StoragePath) throws -> Bool {
        guard entry.kind == .file, entry.sizeBytes == file.sizeBytes else { return false }
        return try entry.modifiedNS == file.modifiedNS || hasTimes(of: file, path)
    }

    private func hasTimes(of file: HashCandidate, _ path: StoragePath) throws -> Bool {
        let entry = try backend.stat(path)
        return entry.kind == .file && entry.sizeBytes == file.sizeBytes && entry.modifiedNS == file.modifiedNS
    }

    /// Whether nobody wrote it while it was read. A remote storage has to be asked.
    private func isStill(_ reader: any StorageReader, _ file: HashCandidate, _ path: StoragePath) throws -> Bool {
        reader.isRemote ? try hasTimes(of: file, path) : reader.isUnchanged
    }
}

/// Memory for one piece of a file after the other.
private final class PieceBuffer {
    /// Pieces of files on this machine: more falls out of the processor's caches before it is hashed.
    static let localBytes = 256 << 10
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: localBytes, alignment: 16)

    deinit { memory.deallocate() }

    /// At most `Limits.storageReadBytes`.
    func first(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if count > memory.count {
            memory.deallocate()
            memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.storageReadBytes, alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    }
}

/// Takes from the pieces of a file what its quick hash covers.
private struct QuickHasher {
    let hasher: ContentHasher
    /// In order; they do not touch.
    let ends: [Range<Int64>]

    func add(_ piece: UnsafeRawBufferPointer, at offset: Int64) {
        for end in ends {
            let part = end.clamped(to: offset..<(offset + Int64(piece.count)))
            guard !part.isEmpty else { continue }
            hasher.add(
                UnsafeRawBufferPointer(rebasing: piece[Int(part.lowerBound - offset)..<Int(part.upperBound - offset)]))
        }
    }
}
