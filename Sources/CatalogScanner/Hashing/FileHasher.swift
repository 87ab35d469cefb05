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
}

/// What came of reading one file.
struct FileReading: Sendable {
    enum Outcome: Sendable {
        case hashed(FileHash)
        /// It is not any more, or not yet, what the catalog has.
        case changed
        case failed(CatalogError)
    }

    let candidate: HashCandidate
    var outcome: Outcome
    var bytesRead: Int64 = 0
    /// Another name of a file that was read by one of its names already.
    var isOtherName = false
}

/// Reads files of one storage. Every call blocks and belongs on a storage thread.
struct FileHasher: Sendable {
    let backend: any StorageBackend
    let stop: StopSignal

    /// Reads a file, if it is the one that the catalog has, before and after.
    ///
    /// - Throws: `CatalogError.cancelled`, and what storages throw.
    func read(_ file: HashCandidate, at path: StoragePath, _ part: HashedPart) throws -> FileReading {
        try stop.check()
        var reading = FileReading(candidate: file, outcome: .changed)
        let reader = try backend.openReader(path)
        guard try isAsCataloged(reader.entry, file, path) else { return reading }
        let hash = try hash(of: reader, file, part, &reading.bytesRead)
        guard let hash, try isStill(reader, file, path) else { return reading }
        reading.outcome = .hashed(hash)
        return reading
    }

    /// - Returns: nil when the file ends before its size.
    private func hash(
        of reader: any StorageReader, _ file: HashCandidate, _ part: HashedPart, _ bytesRead: inout Int64
    ) throws -> FileHash? {
        let size = file.sizeBytes
        let edge = Int64(ContentHash.edgeBytes)
        let ends = size <= 2 * edge ? [0..<size] : [0..<edge, (size - edge)..<size]
        let isWhole = part != .quick || ends.count == 1
        let quick = part == .content ? nil : QuickHasher(hasher: try ContentHasher(), ends: ends)
        quick?.hasher.add(size: size)
        let content = isWhole ? try ContentHasher() : nil
        for range in isWhole ? [0..<size] : ends {
            let isThere = try forEachPiece(of: range, reader, &bytesRead) { piece, offset in
                content?.add(piece)
                quick?.add(piece, at: offset)
            }
            guard isThere else { return nil }
        }
        return FileHash(quick: quick?.hasher.bytes, content: content?.bytes)
    }

    /// - Returns: whether all of it was there.
    private func forEachPiece(
        of range: Range<Int64>, _ reader: any StorageReader, _ bytesRead: inout Int64,
        _ body: (UnsafeRawBufferPointer, Int64) -> Void
    ) throws -> Bool {
        let pieceMax = Int64(Limits.storageReadBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(pieceMax, Int64(range.count))), alignment: 16)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            try stop.check()
            let wanted = Int(min(pieceMax, range.upperBound - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
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
