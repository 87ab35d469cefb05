import CatalogCore
import CatalogDatabase
import CatalogSQLite
import CatalogTestSupport
import Foundation
import Testing

@Suite("The database facade") struct SQLTests {
    @Test func placeholdersMeanTheirNumberAndNotTheirOrder() async throws {
        try await TestDatabase.withNew { test in
            let row = try await test.database.read { connection in
                try connection.firstRow(SQLStatement("SELECT $2, $1, '$1'"), ["first", "second"]) {
                    [$0.text(0), $0.text(1), $0.text(2)]
                }
            }
            #expect(row == ["second", "first", "$1"])
        }
    }

    @Test func aTransactionThatThrowsLeavesNothing() async throws {
        try await TestDatabase.withNew { test in
            await #expect(throws: CatalogError.self) {
                try await test.database.write { connection in
                    try connection.execute(SQLStatement("INSERT INTO instance (name, value) VALUES ('a', 'b')"))
                    throw CatalogError(.conflict, "no")
                }
            }
            let count = try await test.database.read { connection in
                try connection.firstRow(SQLStatement("SELECT COUNT(*) FROM instance WHERE name = 'a'")) {
                    $0.integer(0)
                }
            }
            #expect(count == 0)
        }
    }

    @Test func aTextWithANulIsRefusedAndNotCut() async throws {
        try await TestDatabase.withNew { test in
            let insert = SQLStatement("INSERT INTO instance (name, value) VALUES ('a', $1)")
            let error = await #expect(throws: CatalogError.self) {
                _ = try await test.database.write { try $0.execute(insert, ["b\u{0}c"]) }
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(.enabled(if: TestEngine.isSQLite), .timeLimit(.minutes(20)))
    func whatAnotherProcessCommitsIsToldOf() async throws {
        try await TestDatabase.withNew { test in
            let commits = try #require(test.database.commits())
            try await test.withSecondProcess { other in
                var notices = commits.makeAsyncIterator()
                for name in ["a", "b"] {
                    let insert = SQLStatement("INSERT INTO instance (name, value) VALUES ('\(name)', 'x')")
                    _ = try await other.write { try $0.execute(insert) }
                    let notice: Void? = await notices.next()
                    #expect(notice != nil)
                }
            }
        }
    }

    @Test(.enabled(if: TestEngine.isSQLite)) func onlyBulkWorkCommitsWithoutWaitingForTheDisk() async throws {
        try await TestDatabase.withNew { test in
            let setting: @Sendable (any SQLConnection) throws -> Int64? = { connection in
                try connection.firstRow(SQLStatement("PRAGMA synchronous")) { $0.integer(0) }
            }
            for _ in 0..<2 {
                let ordinary = try await test.database.write(setting)
                let bulk = try test.database.writeBlocking(setting)
                #expect(ordinary == 2)
                #expect(bulk == 1)
            }
        }
    }

    @Test func aBrokenUniqueConstraintIsAlreadyExists() async throws {
        try await TestDatabase.withNew { test in
            do {
                _ = try await test.database.write { connection in
                    for _ in 0..<2 {
                        try connection.execute(SQLStatement("INSERT INTO instance (name, value) VALUES ('a', 'b')"))
                    }
                }
                Issue.record("the second row was written")
            } catch let error as CatalogError {
                #expect(error.code == .alreadyExists)
            }
        }
    }

    @Test func namesAreComparedByBytes() async throws {
        try await TestDatabase.withNew { test in
            let names: [[UInt8]] = [[0xC3, 0x84], [0x41, 0xCC, 0x88], [0x00, 0xFF], []]
            let back = try await test.database.write { connection -> [[UInt8]] in
                try connection.executeScript(
                    DDL.expand("CREATE TABLE t (name {blob} NOT NULL UNIQUE)", engine: connection.engine))
                try connection.insertRows(SQLBulkTable("t", columns: ["name"]), count: names.count) { row, index in
                    row.append(names[index])
                }
                return try connection.rows(SQLStatement("SELECT name FROM t ORDER BY name")) { $0.bytes(0) }
            }
            #expect(back == [[], [0x00, 0xFF], [0x41, 0xCC, 0x88], [0xC3, 0x84]])
        }
    }

    /// Rows of some hundred KiB: an engine behind a network has sent a part of them when the end comes.
    @Test(arguments: [BulkEnd.givenUp, .brokenConstraint])
    func aLargeBulkInsertThatDoesNotEndLeavesNothing(_ end: BulkEnd) async throws {
        try await TestDatabase.withNew { test in
            let table = SQLBulkTable("t", columns: ["name", "value"])
            try await test.database.write { connection in
                let ddl = "CREATE TABLE t (name {blob} NOT NULL UNIQUE, value {int} NOT NULL)"
                try connection.executeScript(DDL.expand(ddl, engine: connection.engine))
            }
            await #expect(throws: (any Error).self) {
                _ = try await test.database.write { connection in
                    for part in 0..<4 {
                        try connection.insertRows(table, count: 10_000) { row, index in
                            if part == 3, index == 9_999, end == .givenUp { throw CatalogError(.cancelled, "Stopped") }
                            let number = part == 3 && index == 9_999 ? 0 : part * 10_000 + index
                            row.append(Array("bulk \(number)".utf8))
                            row.append(Int64(index))
                        }
                    }
                }
            }
            let left = SQLStatement("SELECT COUNT(*) FROM t")
            let count = try await test.database.write { connection in
                let before = try connection.firstRow(left) { $0.integer(0) }
                try connection.insertRows(table, count: 20_000) { row, index in
                    row.append(Array("bulk \(index)".utf8))
                    row.append(Int64(index))
                }
                return (before, try connection.firstRow(left) { $0.integer(0) })
            }
            #expect(count == (0, 20_000))
        }
    }

    enum BulkEnd { case givenUp, brokenConstraint }

    @Test func aClosedDatabaseIsOneFileAndSaysThatItIsClosed() async throws {
        try await TestDatabase.withNew { test in
            let path = test.directory + "/other.sqlite"
            let database = try SQLiteDatabase(path: path, readers: 2)
            try await Migrator().migrate(database)
            _ = try await database.read { try $0.rows(SQLStatement("SELECT name FROM instance")) { $0.text(0) } }
            try await database.close()
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
            do {
                try await database.read { _ in }
                Issue.record("a closed database was read")
            } catch let error as CatalogError {
                #expect(error.code == .unavailable)
            }
        }
    }

    @Test func migratingAgainChangesNothing() async throws {
        try await TestDatabase.withNew { test in
            let applied = try await Migrator().migrate(test.database)
            #expect(applied.isEmpty)
        }
    }

    @Test func aDatabaseOfANewerProgramIsRefused() async throws {
        try await TestDatabase.withNew { test in
            let older = Migrator(Array(Migrations.all.dropLast()))
            do {
                try await older.migrate(test.database)
                Issue.record("it was accepted")
            } catch let error as CatalogError {
                #expect(error.code == .conflict)
                #expect(error.message.contains("newer version"))
            }
        }
    }

    @Test func anyNumberOfProgramsMayBringADatabaseForwardAtOnce() async throws {
        try await TestDatabase.withNew { test in
            let path = test.directory + "/other.sqlite"
            let databases = try (0..<4).map { _ in try SQLiteDatabase(path: path, readers: 1) }
            let applied = try await withThrowingTaskGroup(of: [Int].self) { tasks in
                for database in databases { tasks.addTask { try await Migrator().migrate(database) } }
                return try await tasks.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == Migrations.all.map(\.number))
            for database in databases { try await database.close() }
        }
    }

    @Test func lookingAtTheSchemaOfADatabaseChangesNothing() async throws {
        try await TestDatabase.withNew { test in
            let path = test.directory + "/o#d d%.sqlite"
            let database = try SQLiteDatabase(path: path, readers: 1)
            try await Migrator(Array(Migrations.all.dropLast())).migrate(database)
            let error = await #expect(throws: CatalogError.self) { try await Migrator().check(database) }
            #expect(error?.message.contains("`catalogizer serve`") == true)
            try await database.close()

            let before = FileManager.default.contents(atPath: path)
            #expect(SQLiteGlance.number(Migrator.newestStep, in: path) == Int64(Migrations.all.count - 1))
            #expect(FileManager.default.contents(atPath: path) == before)
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
            #expect(SQLiteGlance.number(Migrator.newestStep, in: test.directory + "/none") == nil)
            #expect(!FileManager.default.fileExists(atPath: test.directory + "/none"))
        }
    }

    @Test func aFileThatIsNoDatabaseIsSaidToBeOneWithWhatToDo() async throws {
        try await TestDatabase.withNew { test in
            let path = test.directory + "/text"
            try Data(repeating: 65, count: 8_192).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CatalogError.self) { try SQLiteDatabase(path: path, readers: 1) }
            #expect(error?.code == .dataLoss)
            #expect(error?.message.contains("Restore it from a backup") == true)
            #expect(error?.cause == "SQLite 26: file is not a database")
        }
    }

    @Test func damagedPagesAreFoundAndNamed() async throws {
        try await TestDatabase.withNew { test in
            let path = test.directory + "/other.sqlite"
            let database = try SQLiteDatabase(path: path, readers: 1)
            try await Migrator().migrate(database)
            #expect(try await database.damages().isEmpty)
            try await database.close()
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            // The first page stays, so that the file still opens.
            try file.seek(toOffset: 16_384)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 65_536))
            try file.close()

            let damaged = try SQLiteDatabase(path: path, readers: 1)
            #expect(try await !damaged.damages().isEmpty)
            let error = await #expect(throws: CatalogError.self) {
                try await damaged.read { try $0.rows(SQLStatement("SELECT name FROM instance")) { $0.text(0) } }
            }
            #expect(error?.message.contains("restore a backup") == true)
            try await damaged.close()
        }
    }
}
