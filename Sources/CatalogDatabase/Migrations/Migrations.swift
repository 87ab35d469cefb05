/// Every step of the schema, oldest first. The list is append-only.
///
/// Conventions of the DDL: `BIGINT` microseconds end in `_us`, nanoseconds in `_ns`, sizes in `_bytes`; booleans are 0 and 1;
/// JSON is text.
package enum Migrations {
    /// The ordered list.
    package static let all: [Migration] = [
        instance, people, storage, catalog, jobs, scanIdentity, transactionMarks, listedDirectories, jobRoots,
        auditAndKeys, copies, entryCounts, fileAccesses, moves, fileHashes, archiveChecksums,
        scanSchedules, hashLimits, duplicatePlans, directorySizes, linksAcrossRoots, copyParts, doubtedHashes,
        historyMoments, tombstoneNumbers,
    ]
}
