import CatalogCore
import CatalogSQLite
import CatalogTestSupport
import Foundation
import Testing

@testable import CatalogDatabase

/// Whole instances on their way from a file to the engine of this run and back.
@Suite struct InstanceCopyTests {
    /// More than one page.
    private static let rows = 2_500

    @Test func `Every table of the schema moves, or is known to stay`() async throws {
        try await withDatabases { source, _ in
            let tables = try await source.read { connection in
                try connection.rows(SQLStatement("SELECT name FROM sqlite_master WHERE type = 'table'")) { $0.text(0) }
            }
            let known = Set(CopiedTable.all.map(\.name)).union(CopiedTable.leftBehind)
            #expect(Set(tables.filter { !$0.hasPrefix("sqlite_") }) == known)
        }
    }

    @Test func `An instance arrives as it was, there and back`() async throws {
        try await withDatabases { source, target in
            let there = try await InstanceCopy(source: source, target: target).run()
            #expect(there.rows > CopiedTable.all.count * 2)
            #expect(there.found == 0)
            try await withFile { home in
                let back = try await InstanceCopy(source: target, target: home).run()
                #expect(back.rows == there.rows)
                #expect(try await digests(home) == digests(source))
                // Numbers of rows that are gone are not given again.
                #expect(
                    try await number(
                        ofNew: "INSERT INTO scan_errors (scan_id, path, code, message, created_at_us)", home) == 9_001)
            }
            #expect(
                try await number(ofNew: "INSERT INTO scan_errors (scan_id, path, code, message, created_at_us)", target)
                    == 9_001)
        }
    }

    @Test func `A target with anything in it is refused and stays as it is`() async throws {
        try await withDatabases { source, target in
            try await target.write { connection in
                _ = try connection.execute(SQLStatement("INSERT INTO scan_removals (scan_id, entry_id) VALUES (1, 2)"))
            }
            let before = try await digests(target)
            let error = await #expect(throws: CatalogError.self) {
                _ = try await InstanceCopy(source: source, target: target).run()
            }
            #expect(error?.code == .conflict)
            #expect(try await digests(target) == before)
        }
    }

    @Test func `A copy that was cut goes on where it was`() async throws {
        try await withDatabases { source, target in
            let whole = try await InstanceCopy(source: source, target: target).run()
            // As after a cut: the entries from some place on, and every table behind them, are not there yet.
            try await cut(target, source)
            let rest = try await InstanceCopy(source: source, target: target).run()
            #expect(rest.rows == whole.rows)
            #expect(rest.found > 0 && rest.found < whole.rows)
            #expect(try await digests(target) == digests(source))
        }
    }

    @Test func `A copy that does not equal its source is not called done`() async throws {
        try await withDatabases { source, target in
            _ = try await InstanceCopy(source: source, target: target).run()
            try await cut(target, source)
            _ = try await target.write {
                try $0.execute(SQLStatement("UPDATE entries SET size_bytes = 4 WHERE id = 7"))
            }
            let error = await #expect(throws: CatalogError.self) {
                _ = try await InstanceCopy(source: source, target: target).run()
            }
            #expect(error?.code == .dataLoss)
            #expect(error?.message.contains("entries") == true)
        }
    }

    @Test func `A restored catalog is the one of the backup, and no number comes again`() async throws {
        try await withDatabases { source, target in
            try await target.write { connection in
                try connection.execute(SQLStatement("INSERT INTO scan_removals (scan_id, entry_id) VALUES (1, 2)"))
                _ = try connection.execute(SQLStatement("UPDATE counters SET value = 77777 WHERE name = 'entry_id'"))
            }
            _ = try await InstanceRestore(source: source, target: target).run(livenessMicroseconds: 1)
            let unlike: Set<String> = ["name_changes", "counters"]
            #expect(
                try await digests(target).filter { !unlike.contains($0.key) }
                    == digests(source).filter { !unlike.contains($0.key) })
            let counter = try await target.read { connection in
                try connection.firstRow(SQLStatement("SELECT value FROM counters WHERE name = 'entry_id'")) {
                    $0.integer(0)
                }
            }
            #expect(counter == 77_777)
        }
    }

    @Test func `What was running when the backup was made runs again`() async throws {
        try await withDatabases { source, target in
            try await addRunningJob(to: source)
            _ = try await InstanceRestore(source: source, target: target).run(livenessMicroseconds: 1)
            let jobs = SQLStatement("SELECT status, attempts FROM jobs WHERE run_at_us = 77")
            func states(_ database: any Database) async throws -> [String] {
                try await database.read { try $0.rows(jobs, []) { "\($0.text(0)) \($0.integer(1))" } }
            }
            #expect(try await states(source) == ["running 1"])
            #expect(try await states(target) == ["pending 0"])
        }
    }

    @Test func `Nothing is restored while a job runs`() async throws {
        try await withDatabases { source, target in
            try await addRunningJob(to: target)
            let before = try await digests(target)
            let error = await #expect(throws: CatalogError.self) {
                _ = try await InstanceRestore(source: source, target: target).run(livenessMicroseconds: 60_000_000)
            }
            #expect(error?.code == .conflict)
            #expect(try await digests(target) == before)
        }
    }
}

extension InstanceCopyTests {
    /// A file with rows in every table, and an empty database of the engine of this run.
    private func withDatabases(_ body: (any Database, any Database) async throws -> Void) async throws {
        try await TestDatabase.withNew { target in
            try await withFile { source in
                try await fill(source)
                try await body(source, target.database)
            }
        }
    }

    /// A scan that somebody says to run, and was heard of just now.
    private func addRunningJob(to database: any Database) async throws {
        let values: [SQLValue] = [.text("boot/1/1"), .integer(TimeSource.system.now)]
        try await database.write { connection in
            _ = try connection.execute(
                SQLStatement(
                    """
                    INSERT INTO jobs (kind, payload, status, priority, run_at_us, attempts, attempts_max, cancel_requested,
                        lease_owner, heartbeat_us, created_at_us)
                    VALUES ('scan', '{}', 'running', 0, 77, 1, 3, 0, $1, $2, 0)
                    """), values)
        }
    }

    private func withFile(_ body: (any Database) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/copy-\(UUID().uuidString).sqlite"
        let database = try SQLiteDatabase(path: path, readers: 2)
        let result: Result<Void, any Error>
        do {
            try await Migrator().migrate(database)
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        try await database.close()
        SQLiteFileCopy.remove(path)
        try result.get()
    }

    /// Rows whose values follow from their numbers alone, so that each refers to the one with the same number.
    private func fill(_ database: any Database) async throws {
        try await database.write { connection in
            let store = TableCopyStore(connection)
            for table in CopiedTable.all {
                try store.removeAll(from: table)
                let columns = try store.columns(of: table)
                let count = ["entries", "scan_removals"].contains(table.name) ? Self.rows : 3
                let rows = (1...count).map { number in columns.map { Self.value(of: $0, table, row: number) } }
                try store.insert(rows, into: table, columns)
                try store.setLastNumber(of: table, 9_000)
            }
        }
    }

    private static func value(of column: TableCopyStore.Column, _ table: CopiedTable, row: Int) -> SQLValue {
        let mayBeNull = ["description", "digest", "unique_key", "error_message", "host", "first_name", "ids"].contains(
            column.name)
        if mayBeNull, row % 2 == 1 { return .null }
        switch column.kind {
        case .integer: return .integer(Int64(row) * (column.name == "modified_ns" ? -1 : 1))
        case .text: return column.name == "description" ? "" : .text("größe 😀 \(row)")
        case .blob: return column.name == "digest" ? .blob([]) : .blob([0, 255, UInt8(row % 256), UInt8(row / 256)])
        }
    }

    private func digests(_ database: any Database) async throws -> [String: RowDigest] {
        try await database.read { connection in
            let store = TableCopyStore(connection)
            return try Dictionary(
                uniqueKeysWithValues: CopiedTable.all.map { ($0.name, try store.digest(of: $0, store.columns(of: $0))) }
            )
        }
    }

    /// Takes away what comes last, and the word that the copy is done.
    private func cut(_ target: any Database, _ source: any Database) async throws {
        let place = try #require(CopiedTable.all.firstIndex { $0.name == "entries" })
        _ = try await InstanceStore(database: target).keep(InstanceCopyMark.name, "unknown")
        try await target.write { connection in
            for table in CopiedTable.all[(place + 1)...] { try TableCopyStore(connection).removeAll(from: table) }
            _ = try connection.execute(SQLStatement("DELETE FROM entries WHERE id > 2200"))
        }
    }

    /// The number that the next row gets.
    private func number(ofNew insert: String, _ database: any Database) async throws -> Int64? {
        try await database.write { connection in
            try connection.firstRow(SQLStatement("\(insert) VALUES (1, '', '', '', 0) RETURNING id")) { $0.integer(0) }
        }
    }
}
