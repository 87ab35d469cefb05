package import CatalogCore

/// Puts the state of another database in the place of everything that a database has now, in one transaction: whoever reads
/// sees the one or the other, and when it fails nothing has changed.
package struct InstanceRestore: Sendable {
    private static let pageRows = 2_000
    private let source: any Database
    private let target: any Database
    private let time: TimeSource
    private let onProgress: @Sendable (InstanceCopy.Progress) -> Void

    /// - Parameters:
    ///   - source: what is restored; in this program's schema, and nobody else writes to it.
    ///   - target: in this program's schema; others may have it open.
    package init(
        source: any Database, target: any Database, time: TimeSource = .system,
        onProgress: @escaping @Sendable (InstanceCopy.Progress) -> Void = { _ in }
    ) {
        (self.source, self.target, self.time, self.onProgress) = (source, target, time, onProgress)
    }

    /// - Parameter livenessMicroseconds: a job that was heard of no longer ago runs.
    /// - Returns: how many rows were restored.
    /// - Throws: `CatalogError.conflict` while a job runs: it would write into a catalog that it does not know.
    package func run(livenessMicroseconds: Int64) async throws -> Int {
        try await source.read { source in
            let pages = try TablePages(from: TableCopyStore(source), report: onProgress)
            return try target.writeBlocking { connection in
                if let job = try RestoreStore(connection).runningJob(heardOfSince: time.now - livenessMicroseconds) {
                    throw CatalogError(
                        .conflict,
                        "Job \(job) is running in this catalog. Wait until it is done or cancel it, then try again.")
                }
                try replace(pages, connection)
                return pages.total
            }
        }
    }

    private func replace(_ pages: TablePages, _ connection: any SQLConnection) throws {
        let (store, restored) = (TableCopyStore(connection), RestoreStore(connection))
        // No id is ever given twice, also not one that only the state before has had: links and histories keep them.
        let numbers = try CopiedTable.all.map { try max(store.lastNumber(of: $0), pages.source.lastNumber(of: $0)) }
        let counters = try restored.counters()
        for table in CopiedTable.all.reversed() { try store.removeAll(from: table) }
        for (table, number) in zip(CopiedTable.all, numbers) {
            let columns = try store.columns(of: table)
            try pages.forEach(of: table, columns, after: nil, rows: Self.pageRows) { rows in
                try store.insert(rows, into: table, columns)
            }
            let (wanted, copied) = (
                try pages.source.digest(of: table, columns), try store.digest(of: table, columns)
            )
            guard copied == wanted else { throw InstanceCopy.difference(table, wanted, copied) }
            try store.setLastNumber(of: table, number)
        }
        try restored.raise(counters)
        try restored.releaseJobs()
        try restored.beginJournal(at: time.now)
    }
}
