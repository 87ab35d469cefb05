import CatalogCore
import CatalogDatabase

/// Questions to the checksums of files.
struct ArchiveChecksumStore: Sendable {
    /// Rows of one transaction, so that other writers come in between.
    private static let rowsPerWrite = 5_000

    let database: any Database

    /// Those that are stored of these entries.
    func find(_ entries: [EntryID]) async throws -> [ArchiveChecksum] {
        guard !entries.isEmpty else { return [] }
        return try await database.read { connection in
            var found: [ArchiveChecksum] = []
            for ids in entries.lists(of: ArchiveQueries.idsPerStatement) {
                found += try connection.rows(ArchiveQueries.checksums, ids) { row in
                    ArchiveChecksum(
                        entryID: row.integer(0),
                        state: MemberState(
                            sizeBytes: row.integer(1), modifiedNS: row.integer(2), changedNS: row.integer(3)),
                        checksum: UInt32(truncatingIfNeeded: row.integer(4)))
                }
            }
            return found
        }
    }

    /// Forgets entries that are gone for good.
    func forgetGone() async throws {
        _ = try await database.write(.readCommitted) { try $0.execute(ArchiveQueries.forgetGone) }
    }

    /// Stores them in place of those that were there.
    func add(_ checksums: [ArchiveChecksum]) async throws {
        // In one order, so that two nodes never wait for each other.
        let sorted = checksums.sorted { $0.entryID < $1.entryID }
        for start in stride(from: 0, to: sorted.count, by: Self.rowsPerWrite) {
            let part = Array(sorted[start..<min(start + Self.rowsPerWrite, sorted.count)])
            _ = try await database.write(.readCommitted) { connection in
                for checksum in part {
                    let values: [SQLValue] = [
                        .integer(checksum.entryID), .integer(checksum.state.sizeBytes),
                        .integer(checksum.state.modifiedNS), .integer(checksum.state.changedNS),
                        .integer(Int64(checksum.checksum)),
                    ]
                    try connection.executeLater(ArchiveQueries.addChecksum, values)
                }
            }
        }
    }
}
