import CatalogCore

/// Moves a whole instance into another database, of the same engine or another one.
///
/// What is copied is one state of the source, whoever writes to it meanwhile. At the end every table of both is read again and
/// compared. A copy that was cut goes on where it was.
package struct InstanceCopy: Sendable {
    /// How far it is.
    package struct Progress: Sendable {
        /// What is done with the rows; the raw value is for people.
        package enum Step: String, Sendable { case copying, verifying }
        /// The step that goes on now.
        package let step: Step
        /// The table whose rows were last.
        package let table: String
        /// Rows of all tables that are through this step.
        package var rows: Int
        /// Rows of all tables.
        package let total: Int
    }

    /// What it did.
    package struct Summary: Sendable {
        /// Rows of all tables, each of them compared.
        package let rows: Int
        package let tables: Int
        /// Rows that an earlier run had copied.
        package let found: Int
    }

    /// Rows of one transaction: few enough to be held in memory as they are.
    private static let pageRows = 2_000
    private let source: any Database
    private let target: any Database
    private let onProgress: @Sendable (Progress) -> Void

    /// - Parameters:
    ///   - source: in this program's schema.
    ///   - target: in this program's schema, without anything in it but an unfinished copy of the same source.
    ///   - onProgress: called after each page, on a thread of the database; must not block for long.
    package init(
        source: any Database, target: any Database, onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        (self.source, self.target, self.onProgress) = (source, target, onProgress)
    }

    /// Copies and compares.
    ///
    /// - Throws: `CatalogError.conflict` when the target has something else in it; `.dataLoss` when the two differ at the end:
    ///   the target stays unfinished then, and nothing serves it.
    package func run() async throws -> Summary {
        let instances = InstanceStore(database: target)
        let id = try await InstanceStore(database: source).find("name_index_id") ?? "unknown"
        if try await instances.find(InstanceCopyMark.name) != id { try await requireEmpty() }
        guard try await instances.keep(InstanceCopyMark.name, id) == id else { throw Self.notEmpty }
        let summary = try await source.read { connection in
            let pages = try TablePages(from: TableCopyStore(connection), report: onProgress)
            let found = try copy(pages)
            try compare(pages)
            return Summary(rows: pages.total, tables: CopiedTable.all.count, found: found)
        }
        try await instances.remove(InstanceCopyMark.name)
        return summary
    }

    private static let notEmpty = CatalogError(
        .conflict, "The target database is not empty. Name one that has nothing in it; a copy overwrites nothing.")

    private func requireEmpty() async throws {
        let isEmpty = try await target.read { connection in
            try CopiedTable.all.allSatisfy { try TableCopyStore(connection).isEmpty($0) }
        }
        guard isEmpty else { throw Self.notEmpty }
    }

    /// - Returns: how many rows were there already.
    private func copy(_ pages: TablePages) throws -> Int {
        var found = 0
        for table in CopiedTable.all {
            let (columns, last) = try target.readBlocking { connection in
                let store = TableCopyStore(connection)
                let columns = try store.columns(of: table)
                // What the schema brings along is not what was copied.
                let isFresh = try table.name == "counters" && store.isEmpty(table)
                let there = isFresh ? 0 : try store.count(table)
                found += there
                pages.skip(there)
                return (columns, isFresh ? nil : try store.lastKey(of: table, columns))
            }
            if last == nil {
                try target.writeBlocking { try TableCopyStore($0).removeAll(from: table) }
            }
            try pages.forEach(of: table, columns, after: last, rows: Self.pageRows) { rows in
                try target.writeBlocking { try TableCopyStore($0).insert(rows, into: table, columns) }
            }
            let number = try pages.source.lastNumber(of: table)
            try target.writeBlocking { try TableCopyStore($0).setLastNumber(of: table, number) }
        }
        return found
    }

    private func compare(_ pages: TablePages) throws {
        pages.begin(.verifying)
        for table in CopiedTable.all {
            let columns = try pages.source.columns(of: table)
            let wanted = try pages.source.digest(of: table, columns)
            let copied = try target.readBlocking { try TableCopyStore($0).digest(of: table, columns) }
            guard copied == wanted else { throw Self.difference(table, wanted, copied) }
            pages.advance(by: wanted.rows, in: table)
        }
    }

    static func difference(_ table: CopiedTable, _ wanted: RowDigest, _ copied: RowDigest) -> CatalogError {
        CatalogError(
            .dataLoss,
            "The copy of the table \(table.name) is not equal to its source (\(copied.rows) rows of \(wanted.rows)). If the source "
                + "was changed since a copy was cut, begin again with an empty target.")
    }
}

/// The rows of a source, page by page, and how far that is. Used by one thread.
final class TablePages {
    let source: TableCopyStore
    let total: Int
    private var progress: InstanceCopy.Progress
    private let report: (InstanceCopy.Progress) -> Void

    init(from source: TableCopyStore, report: @escaping (InstanceCopy.Progress) -> Void) throws {
        self.source = source
        self.report = report
        total = try CopiedTable.all.reduce(0) { try $0 + source.count($1) }
        progress = InstanceCopy.Progress(step: .copying, table: "", rows: 0, total: total)
    }

    func begin(_ step: InstanceCopy.Progress.Step) {
        progress = InstanceCopy.Progress(step: step, table: "", rows: 0, total: total)
    }

    /// Counts rows that are there already.
    func skip(_ rows: Int) { progress.rows += rows }

    func advance(by rows: Int, in table: CopiedTable) {
        progress = InstanceCopy.Progress(
            step: progress.step, table: table.name, rows: progress.rows + rows, total: total)
        report(progress)
    }

    /// Hands over the rows behind `key` in pages.
    ///
    /// - Throws: what `body` throws; `CatalogError.conflict` when the source has other columns.
    func forEach(
        of table: CopiedTable, _ columns: [TableCopyStore.Column], after key: [SQLValue]?, rows limit: Int,
        _ body: ([[SQLValue]]) throws -> Void
    ) throws {
        guard try source.columns(of: table) == columns else {
            throw CatalogError(
                .conflict, "The table \(table.name) has other columns in the source; use one version for both")
        }
        let places = table.key.compactMap { name in columns.firstIndex { $0.name == name } }
        var key = key
        while true {
            let rows = try source.rows(of: table, columns, after: key, limit: limit)
            guard let last = rows.last else { return }
            try body(rows)
            advance(by: rows.count, in: table)
            key = places.map { last[$0] }
        }
    }
}
