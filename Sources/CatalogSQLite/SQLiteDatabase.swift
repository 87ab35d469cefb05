import CatalogCore
package import CatalogDatabase
import GRDB
import GRDBSQLite
import Glibc
import NIOPosix
import Synchronization

/// SQLite behind the facade: GRDB's pool (write-ahead log, one writer, readers that never wait for it), and statements
/// through SQLite's C interface, which fills a million rows in half the time of GRDB's own bindings.
package final class SQLiteDatabase: CatalogDatabase.Database {
    private let pool: DatabasePool
    private let threads: NIOThreadPool
    /// What the writing connection is set to; nil before the first transaction.
    private let synchronous = Mutex<Synchronous?>(nil)
    private let use = Mutex(Use())
    package let engine = SQLEngine.sqlite

    /// Opens or creates the database in the file `path`.
    ///
    /// - Parameters:
    ///   - path: the file; its directory must exist.
    ///   - readers: connections that read at the same time.
    /// - Throws: `CatalogError` with what to do: `.unavailable` and `.permissionDenied` when the file cannot be opened,
    ///   `.dataLoss` when it is damaged or no database.
    package init(path: String, readers: Int) throws {
        SQLiteSetup.run()
        var configuration = GRDB.Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            // 8 MiB of page cache for each connection: more costs memory and gains nothing for a scan. A new database gets pages of
            // 16 KiB: against the usual 4 a first scan is a tenth faster and a listing too, since fewer pages are written,
            // checked and looked for.
            try db.execute(sql: "PRAGMA page_size = 16384; PRAGMA cache_size = -8192; PRAGMA foreign_keys = ON")
        }
        pool = try SQLiteFailure.translatingOpening(path) {
            try Self.open(path, configuration)
        }
        threads = NIOThreadPool(numberOfThreads: readers + 1)
        threads.start()
    }

    /// Opens the pool, and tries again for two seconds while another process opens a new database too: turning its log on takes
    /// the file for a moment, and SQLite's own patience does not cover that.
    private static func open(_ path: String, _ configuration: GRDB.Configuration) throws -> DatabasePool {
        for _ in 0..<40 {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                usleep(50_000)
            }
        }
        return try DatabasePool(path: path, configuration: configuration)
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await onThread { try self.readBlocking(body) }
    }

    package func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await onThread { try self.using { try self.transaction(.full, body) } }
    }

    package func readBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        try using {
            try SQLiteFailure.translating {
                try pool.read { try body(SQLiteConnection($0)) }
            }
        }
    }

    package func writeBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        try using { try transaction(.normal, body) }
    }

    /// How far a commit waits for the disk. Either keeps the file sound in a power cut.
    private enum Synchronous: String, Sendable {
        /// Until the write-ahead log is on the disk, with everything that was committed before.
        case full = "FULL"
        /// Not at all: a power cut may lose the newest transactions.
        case normal = "NORMAL"
    }

    private func transaction<Value>(
        _ wanted: Synchronous, _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        try SQLiteFailure.translating {
            try pool.writeWithoutTransaction { db in
                // There is one writer, so nobody else is between this line and the commit.
                if synchronous.withLock({ $0 != wanted }) {
                    try db.execute(sql: "PRAGMA synchronous = \(wanted.rawValue)")
                    synchronous.withLock { $0 = wanted }
                }
                var result: Value?
                try db.inTransaction {
                    result = try body(SQLiteConnection(db))
                    return .commit
                }
                guard let result else { throw CatalogError.internalError("a transaction ended without a result") }
                return result
            }
        }
    }

    package func listen(_ handler: @escaping @Sendable (NodeNews) -> Void) async {}

    package func commits() -> AsyncStream<Void>? { CommitNotices.stream(ofLog: pool.path + "-wal") }

    package func damages() async throws -> [String] {
        try await onThread {
            do {
                return try self.pool.read { try String.fetchAll($0, sql: "PRAGMA quick_check(10)") }.filter {
                    $0 != "ok"
                }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                // Damage to the schema itself keeps SQLite from looking any further.
                return [error.message ?? "damaged"]
            } catch {
                return try SQLiteFailure.translating { throw error }
            }
        }
    }

    package func close() async throws {
        // What runs comes to its end first: a connection that is closed while somebody begins to read takes the process with it.
        try use.withLock { use in
            guard !use.isClosed else { throw Self.closed }
            use.isClosed = true
        }
        try await threads.shutdownGracefully()
        let last = NIOThreadPool(numberOfThreads: 1)
        last.start()
        let result: Result<Void, any Error>
        do {
            try await last.runIfActive { [self] in
                while use.withLock({ $0.count > 0 }) { usleep(1_000) }
                try SQLiteFailure.translating {
                    // GRDB closes the writer before the readers, and a reader cannot clear the log away: so they go first, and
                    // the log is emptied as far as other processes let us.
                    pool.invalidateReadOnlyConnections()
                    _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                    try pool.close()
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await last.shutdownGracefully()
        try result.get()
    }

    /// Who is in the database now, on whatever thread.
    private struct Use {
        var count = 0
        var isClosed = false
    }

    private static let closed = CatalogError(.unavailable, "The database is closed")

    private func using<Value>(_ body: () throws -> Value) throws -> Value {
        try use.withLock { use in
            guard !use.isClosed else { throw Self.closed }
            use.count += 1
        }
        defer { use.withLock { $0.count -= 1 } }
        return try body()
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await threads.runIfActive(body)
        } catch is CancellationError {
            // The pool says the same for a cancelled task and for work that it refuses because it stopped.
            guard Task.isCancelled else { throw Self.closed }
            throw CatalogError(.cancelled, "The request was cancelled")
        }
    }
}
