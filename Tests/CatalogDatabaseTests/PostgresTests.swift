import CatalogCore
import CatalogDatabase
import CatalogPostgres
import CatalogTestSupport
import Foundation
import Testing

/// What only PostgreSQL can do to us: collisions, restarts, many rows over a wire.
@Suite(.enabled(if: TestEngine.isPostgres)) struct PostgresTests {
    private static let count = SQLStatement("SELECT value FROM counters WHERE name = 'tested'")
    private static let add = SQLStatement("UPDATE counters SET value = $1 WHERE name = 'tested'")

    @Test func `Changes that read what others write are as if one came after the other`() async throws {
        try await TestDatabase.withNew { test in
            let database = test.database
            try await Self.makeCounter(database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<10 { try await Self.count(upIn: database) } }
                }
                try await group.waitForAll()
            }
            #expect(try await Self.counter(database) == 40)
        }
    }

    @Test func `A statement with more rows than one message holds gives all of them, and others may run inside`()
        async throws
    {
        try await TestDatabase.withNew { test in
            try await test.database.write { connection in
                try connection.insertRows(SQLBulkTable("counters", columns: ["name", "value"]), count: 5_000) {
                    row, index in
                    row.append(Array("row \(index)".utf8))
                    row.append(Int64(index))
                }
            }
            let all = SQLStatement("SELECT value FROM counters WHERE name LIKE $1 ORDER BY value").withManyRows
            let one = SQLStatement("SELECT value FROM counters WHERE name = $1")
            let same = try await test.database.read { connection in
                try connection.rows(all, ["row %"]) { row in
                    try connection.firstRow(one, [.text("row \(row.integer(0))")]) { $0.integer(0) } == row.integer(0)
                }
            }
            #expect(same.count == 5_000)
            #expect(!same.contains(false))
        }
    }

    @Test func `Rows of a bulk insert are there for the next statement of the same transaction`() async throws {
        try await TestDatabase.withNew { test in
            let found = try await test.database.write { connection in
                try connection.insertRows(SQLBulkTable("counters", columns: ["name", "value"]), count: 1) { row, _ in
                    row.append(Array("tested".utf8))
                    row.append(7 as Int64)
                }
                return try connection.firstRow(Self.count) { $0.integer(0) }
            }
            #expect(found == 7)
        }
    }

    @Test func `The server notices within half a minute that a machine is gone, and lets go of its locks`() async throws
    {
        try await OwnPostgres.with { server in
            for (setting, value) in [
                ("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3"),
                ("tcp_user_timeout", "30000"),
            ] {
                let found = try await Self.ask("SELECT current_setting('\(setting)')", server.url)
                #expect(found == value, "\(setting)")
            }
        }
    }

    @Test func `A connection is as safe as the URL asks for`() async throws {
        try await OwnPostgres.with(tls: true) { server in
            let question =
                "SELECT CAST(ssl AS text) || COALESCE(version, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            let trusted = server.url + "?sslmode=verify-full&sslrootcert=" + server.certificate
            let safe = try await Self.ask(question, trusted)
            #expect(safe == "trueTLSv1.3")
            let open = try await Self.ask(question, server.url + "?sslmode=disable")
            #expect(open == "false")
            // A name that is not in the certificate, and a certificate that nobody has vouched for.
            for url in [
                trusted.replacing("@127.0.0.1", with: "@localhost"),
                server.url + "?sslmode=verify-ca&sslrootcert=/dev/null",
            ] {
                let error = await #expect(throws: CatalogError.self) { try await Self.ask("SELECT '1'", url) }
                #expect(error?.code == .unavailable)
            }
        }
    }

    @Test func `Of several hosts the one is used that takes writes`() async throws {
        try await OwnPostgres.with { reader in
            let database = PostgresDatabase(target: try PostgresTarget(url: reader.url), connections: 1)
            // As a standby says of itself.
            try await database.write(.readCommitted) {
                try $0.executeScript("ALTER ROLE catalogizer SET default_transaction_read_only = on")
            }
            try await database.close()
            let url = TestEngine.place(in: "").url
            let (user, place) = (url.prefix { $0 != "@" }, url.drop { $0 != "@" }.dropFirst())
            // Nobody is at port 9, and the second takes no writes.
            let all = "\(user)@127.0.0.1:9,127.0.0.1:\(reader.port),\(place)"
            let port = try await Self.ask("SELECT CAST(inet_server_port() AS text)", all)
            #expect(place.hasPrefix("127.0.0.1:\(port ?? "")/"), "\(place) \(port ?? "")")
            let any = try await Self.ask("SELECT CAST(inet_server_port() AS text)", all + "&target_session_attrs=any")
            #expect(any == "\(reader.port)")
        }
    }

    private static func ask(_ question: String, _ url: String) async throws -> String? {
        let database = PostgresDatabase(target: try PostgresTarget(url: url), connections: 1)
        let result: Result<String?, any Error>
        do {
            result = .success(try await database.read { try $0.firstRow(SQLStatement(question)) { $0.text(0) } })
        } catch {
            result = .failure(error)
        }
        try await database.close()
        return try result.get()
    }

    @Test func `A restart of the server loses no change and makes none twice`() async throws {
        try await OwnPostgres.with { server in
            let database = PostgresDatabase(target: try PostgresTarget(url: server.url), connections: 4)
            try await Migrator().migrate(database)
            try await Self.makeCounter(database)
            let acknowledged = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var done = 0
                        for _ in 0..<60 {
                            try await Self.count(upIn: database)
                            done += 1
                        }
                        return done
                    }
                }
                group.addTask {
                    for _ in 0..<3 { try await server.restart() }
                    return 0
                }
                return try await group.reduce(0, +)
            }
            #expect(acknowledged == 180)
            #expect(try await Self.counter(database) == 180)
            try await database.close()
        }
    }

    @Test func `Work that runs once begins on a connection that is there`() async throws {
        try await OwnPostgres.with { server in
            let database = PostgresDatabase(target: try PostgresTarget(url: server.url), connections: 2)
            try await Migrator().migrate(database)
            try await server.restart()
            try database.writeBlocking { connection in
                try connection.insertRows(SQLBulkTable("counters", columns: ["name", "value"]), count: 1) { row, _ in
                    row.append(Array("tested".utf8))
                    row.append(7 as Int64)
                }
            }
            #expect(try await Self.counter(database) == 7)
            try await database.close()
        }
    }

    private static func makeCounter(_ database: any Database) async throws {
        _ = try await database.write { connection in
            try connection.execute(SQLStatement("INSERT INTO counters (name, value) VALUES ('tested', 0)"))
        }
    }

    private static func counter(_ database: any Database) async throws -> Int64? {
        try await database.read { try $0.firstRow(count) { $0.integer(0) } }
    }

    /// Reads the counter and writes one more, which two at once would do only once.
    private static func count(upIn database: any Database) async throws {
        _ = try await database.write { connection in
            let value = try connection.firstRow(count) { $0.integer(0) } ?? 0
            return try connection.execute(add, [.integer(value + 1)])
        }
    }
}
