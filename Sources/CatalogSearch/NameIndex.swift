package import CatalogCore
package import CatalogDatabase
import Synchronization

/// The search index over file names: a file beside the database, mapped into memory, that follows the journal of names.
///
/// It is derived: whatever happens to the file, it can be built again from the catalog, and is when it cannot be
/// trusted. Searches read it while it changes; only one that meets names on their way to another place waits for the
/// writer, for milliseconds. One process at a time may have a
/// directory's index open; any number of processes may follow one database, each with a directory of its own.
package final class NameIndex: Sendable {
    private let database: any Database
    private let reads: ForegroundReads
    private let applied = AppliedSequence()
    /// What searches read.
    private let published = PublishedPack()
    /// What its segments have answered before.
    private let answers = SegmentAnswers()
    /// What long searches run on.
    private let threads: SearchThreads
    /// The writer is used on `thread` only; the lock is what proves it to the compiler.
    private let writer = Mutex<NameIndexWriter?>(nil)
    private let thread = IndexThread()
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let note: @Sendable (String) -> Void

    static let closed = CatalogError(.unavailable, "The search index is closed")
    static let damaged = CatalogError(
        .unavailable, "The search index is being built again", details: ["retry_after": .integer(1)],
        cause: "the file of the search index was changed while it was in use")
    static let cancelled = CatalogError(.cancelled, "The request was cancelled")

    /// Opens the index, or builds it, and applies what is in the journal now.
    ///
    /// A million names take about a second to build.
    ///
    /// - Parameters:
    ///   - database: the catalog, with its schema in place.
    ///   - directory: where the index lies (`<data_dir>/search`); made when missing.
    ///   - reads: pass while the index follows.
    ///   - processors: how many of them one search takes at most.
    ///   - bootID: tells this boot of the machine from others; a file that another one left open is not trusted.
    ///   - note: hears what an operator may want to read in the log: why an index is built, why following fails.
    /// - Throws: `CatalogError.conflict` when another process uses the directory; `.unavailable` or
    ///   `.insufficientStorage` when the file cannot be used; whatever the database throws.
    package init(
        database: any Database, directory: String, reads: ForegroundReads = ForegroundReads(),
        processors: Int = 2, bootID: UInt64 = BootID.current,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        self.database = database
        self.reads = reads
        self.note = note
        threads = SearchThreads(processors: processors)
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await thread.run {
            try self.writer.withLock { slot in
                let databaseID = try database.writeBlocking { try NameIndexStore($0).databaseID() }
                let identity = PackIdentity(databaseID: databaseID, bootID: bootID)
                let writer = try database.readBlocking {
                    try NameIndexWriter(
                        directory: directory, identity: identity, connection: $0,
                        context: .init(published: self.published, threads: self.threads, reads: reads, note: note))
                }
                self.publish(writer)
                slot = writer
            }
        }
        do {
            try await follow()
        } catch {
            try? await close()
            throw error
        }
    }

    /// The newest row of the journal that searches see.
    package var appliedSequence: Int64 { applied.value }

    /// Applies everything that is in the journal now.
    ///
    /// Calls may overlap; they take turns.
    ///
    /// - Throws: what the database throws; `CatalogError.insufficientStorage` when the disk is full. The index stays as
    ///   it was then, and the next call tries again.
    package func follow() async throws {
        while try await thread.run({ try self.step() }) {
            if Task.isCancelled { throw NameIndex.cancelled }
        }
    }

    /// Follows the journal until the task is cancelled, then closes the index: at once after `wake()`, and every second
    /// in case that another process writes.
    ///
    /// What fails is noted and tried again. May be called once.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { self.wake() }
            }
            var failure: String?
            for await _ in signals {
                do {
                    try await follow()
                    failure = nil
                } catch {
                    let text = "the search index cannot follow: \(error)"
                    if text != failure, !Task.isCancelled { note(text) }
                    failure = text
                }
            }
            group.cancelAll()
        }
        try await close()
    }

    /// Tells `run()` that there is something new in the journal.
    package func wake() {
        signal.yield()
    }

    /// Returns once searches see the row `sequence` of the journal (the number that `NameJournal` returned), for
    /// callers that must find what they wrote.
    ///
    /// Something must be following: `run()`, or calls of `follow()`.
    ///
    /// - Throws: `CatalogError.cancelled`; `.unavailable` when the index is closed first.
    package func waitUntilApplied(through sequence: Int64) async throws {
        wake()
        try await applied.wait(through: sequence)
    }

    /// The page of hits that `query` asks for, and how many there are in all.
    ///
    /// *Isolation*: computes on the calling thread, for milliseconds; call it on a pool.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a query over the limits; `.unavailable` once closed, and while the
    ///   index is built again because somebody else has changed its file.
    package func search(_ query: NameQuery) throws -> NameHits {
        do {
            return try published.read { try NameSearch(segments: $0, answers: answers, threads: threads).page(query) }
        } catch let error as CatalogError where error.code == .unavailable {
            wake()
            throw error
        }
    }

    /// Deletes rows of the journal that this index does not need any more and that are older than `age`, which is how
    /// far indexes of other processes may lag behind before they have to be built again.
    ///
    /// - Returns: how many rows were deleted.
    @discardableResult
    package func pruneJournal(
        olderThan age: Duration = .seconds(86_400), nowMicroseconds: Int64 = TimeSource.system.now
    ) async throws -> Int {
        let sequence = try await thread.run {
            try self.writer.withLock { writer in
                guard let writer else { throw NameIndex.closed }
                writer.settle()
                return writer.position.sequence
            }
        }
        let cutoff = nowMicroseconds - age.components.seconds * 1_000_000
        // The last row that was applied stays: it shows at the next start that nothing is missing behind it.
        return try await database.write { try NameJournalStore($0).prune(before: sequence, olderThan: cutoff) }
    }

    /// Brings the index to the disk and lets go of it; searches fail from here on.
    ///
    /// Closing again does nothing.
    package func close() async throws {
        signal.finish()
        applied.close()
        try await thread.run {
            self.published.withdraw(NameIndex.closed)
            try self.writer.withLock { slot in
                guard let writer = slot else { return }
                slot = nil
                try writer.close()
            }
        }
    }

    /// Applies a part of the journal; on `thread`.
    private func step() throws -> Bool {
        try writer.withLock { writer in
            guard let writer else { throw NameIndex.closed }
            defer { publish(writer) }
            return try database.readBlocking { try writer.applyNext($0) }
        }
    }

    private func publish(_ writer: NameIndexWriter) {
        guard writer.isUsable else { return published.withdraw(NameIndex.damaged) }
        published.publish(writer.segments)
        applied.advance(to: writer.position.sequence)
    }
}
