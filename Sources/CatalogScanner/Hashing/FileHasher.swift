import CatalogCore
import CatalogJobs
import CatalogStorage

/// How much of a file is read.
enum HashedPart: Sendable {
    /// Its size and both ends; of a small file everything.
    case quick
    /// Everything.
    case content
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
        let edge = Int64(ContentHash.edgeBytes)
        let isWhole = file.sizeBytes <= 2 * edge
        let hasher = try ContentHasher()
        if part == .content {
            guard try add(0..<file.sizeBytes, of: reader, to: [hasher], &bytesRead) else { return nil }
            return FileHash(quick: nil, content: hasher.bytes)
        }
        hasher.add(size: file.sizeBytes)
        if isWhole {
            let content = try ContentHasher()
            guard try add(0..<file.sizeBytes, of: reader, to: [hasher, content], &bytesRead) else { return nil }
            return FileHash(quick: hasher.bytes, content: content.bytes)
        }
        for range in [0..<edge, (file.sizeBytes - edge)..<file.sizeBytes] {
            guard try add(range, of: reader, to: [hasher], &bytesRead) else { return nil }
        }
        return FileHash(quick: hasher.bytes, content: nil)
    }

    /// - Returns: whether all of it was there.
    private func add(
        _ range: Range<Int64>, of reader: any StorageReader, to hashers: [ContentHasher], _ bytesRead: inout Int64
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
            for hasher in hashers { hasher.add(UnsafeRawBufferPointer(piece)) }
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
