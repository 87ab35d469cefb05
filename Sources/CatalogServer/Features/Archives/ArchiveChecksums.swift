import CatalogCore
import CatalogDatabase
package import Logging
import Synchronization

/// What the content of a file came to while it was in this state.
struct ArchiveChecksum: Sendable, Equatable {
    let entryID: EntryID
    let state: MemberState
    /// CRC-32.
    let checksum: UInt32
}

/// The checksums of files that were sent in archives: noted in memory, and written down every second. A program that is killed
/// loses that second, and somebody waits once more for a file to be read.
package final class ArchiveChecksums: Sendable {
    private let store: ArchiveChecksumStore
    private let time: TimeSource
    private let notes = Mutex<[EntryID: ArchiveChecksum]>([:])
    private let prunedDay = Mutex<Int64>(0)

    init(database: any Database, time: TimeSource) {
        store = ArchiveChecksumStore(database: database)
        self.time = time
    }

    /// Notes one, unless too many wait.
    func note(_ checksum: ArchiveChecksum) {
        notes.withLock { notes in
            guard notes.count < Limits.archiveChecksumsNoted || notes[checksum.entryID] != nil else { return }
            notes[checksum.entryID] = checksum
        }
    }

    /// Those that are known of these entries.
    func known(_ entries: [EntryID]) async throws -> [EntryID: ArchiveChecksum] {
        let noted = notes.withLock { notes in entries.compactMap { notes[$0] } }
        let isNoted = Set(noted.map(\.entryID))
        let stored = try await store.find(entries.filter { !isNoted.contains($0) })
        return Dictionary((noted + stored).map { ($0.entryID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Writes what is noted now.
    package func write() async throws {
        let taken = notes.withLock { Array($0.values) }
        guard !taken.isEmpty else { return }
        try await store.add(taken)
        // Until they were written they could still be found here.
        notes.withLock { notes in
            for checksum in taken where notes[checksum.entryID] == checksum { notes[checksum.entryID] = nil }
        }
        try await prune()
    }

    /// Once a day.
    private func prune() async throws {
        let today = time.now / Timestamp.dayLength
        let isNew = prunedDay.withLock { day in
            defer { day = today }
            return day != today
        }
        if isNew { try await store.forgetGone() }
    }

    /// The service that writes it down.
    ///
    /// - Parameter logger: where failures are written.
    package func writer(logger: Logger) -> PeriodicWrite {
        PeriodicWrite("checksums of files", every: .seconds(1), logger: logger) { try await self.write() }
    }
}
