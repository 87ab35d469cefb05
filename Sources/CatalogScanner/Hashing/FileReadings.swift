import CatalogCore
import CatalogJobs
import CatalogStorage

/// Reads many files of one storage, some at the same time.
struct FileReadings: Sendable {
    let backend: any StorageBackend
    let pool: BlockingPool
    let stop: StopSignal
    /// How much may be read; nil for everything.
    var allowance: HashAllowance?

    /// Reads files in the order in which they lie on the disk, as far as their numbers tell; of several names of one file only one.
    ///
    /// - Parameter body: called with what came of each, one after the other.
    /// - Throws: `CatalogError.storageUnavailable` when the root is away, `.cancelled`, what `body` throws.
    func read(
        _ work: [HashWork], _ part: HashedPart, _ body: (FileReading) async throws -> Void
    ) async throws {
        var names: [FileIdentity: [HashCandidate]] = [:]
        var toRead: [HashWork] = []
        for item in work {
            let identity = item.candidate.identity
            if names[identity] == nil { toRead.append(item) }
            if identity.hasMoreNames { names[identity, default: []].append(item.candidate) }
        }
        toRead.sort { $0.candidate.inode < $1.candidate.inode }
        var rest = toRead[...]
        try await withThrowingTaskGroup(of: Row.self) { group in
            var failure: (any Error)?
            func readNext() {
                let next = Self.row(from: &rest, part)
                guard !next.isEmpty else { return }
                group.addTask { [self] in try await self.read(next, part) }
            }
            for _ in 0..<Limits.hashFilesAtOnce { readNext() }
            while let row = try await group.next() {
                failure = failure ?? row.failure
                if failure == nil { readNext() }
                for reading in row.readings {
                    try await body(reading)
                    guard case .hashed = reading.outcome, reading.candidate.identity.hasMoreNames else { continue }
                    for name in (names[reading.candidate.identity] ?? []).dropFirst()
                    where name.modifiedNS == reading.candidate.modifiedNS {
                        try await body(FileReading(candidate: name, outcome: reading.outcome, isOtherName: true))
                    }
                }
            }
            if let failure { throw failure }
        }
    }

    /// What came of some files until something was in the way of all of them.
    private struct Row: Sendable {
        var readings: [FileReading] = []
        var failure: (any Error)?
    }

    /// Takes as many files as are read with one change of threads; one of them may be of any size.
    private static func row(from rest: inout ArraySlice<HashWork>, _ part: HashedPart) -> [HashWork] {
        var row: [HashWork] = []
        var bytes: Int64 = 0
        while let next = rest.first, row.count < Limits.hashFilesInARow, row.isEmpty || bytes < Limits.hashBytesInARow {
            let size = next.candidate.sizeBytes
            bytes += part == .quick ? HashedPart.quickBytes(of: size) : size
            row.append(next)
            rest.removeFirst()
        }
        return row
    }

    private func read(_ files: [HashWork], _ part: HashedPart) async throws -> Row {
        try await pool.run {
            var row = Row()
            do {
                try backend.withReaders { open in
                    try withoutActuallyEscaping(open) { open in
                        let hasher = FileHasher(backend: backend, open: open, stop: stop, allowance: allowance)
                        for file in files { row.readings.append(try Self.read(file, part, hasher)) }
                    }
                }
            } catch {
                row.failure = error
            }
            return row
        }
    }

    /// Reads one file. What is wrong with it alone is an outcome; only when the whole storage is away there is nothing to go on with.
    private static func read(_ work: HashWork, _ part: HashedPart, _ hasher: FileHasher) throws -> FileReading {
        do {
            return try hasher.read(work, part)
        } catch let error as CatalogError where ![.cancelled, .unavailable].contains(error.code) {
            if error.code == .storageUnavailable { _ = try hasher.backend.probe() }
            // It went, or became something else, since the last scan.
            let isOther = error.code == .notFound || error.code == .conflict
            return FileReading(candidate: work.candidate, outcome: isOther ? .changed : .failed(error))
        }
    }
}
