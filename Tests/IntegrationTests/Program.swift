import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// The built program, with a scratch directory of its own for each test, on the engine that this run is about.
struct Program: Sendable {
    /// Everything that a test makes, gone after it.
    let scratch: String
    private let databases: ProgramDatabases
    /// The setting `database.url` of every command; nil for a database of its own for each data directory.
    var databaseURL: String?
    /// The setting `worker.roots` of every command; nil for none.
    var workerRoots: String?
    /// The setting `search.engine` of every command; nil for what it is without.
    var searchEngine: String?

    /// The program lies beside the test bundle, wherever that was built.
    private static var executable: String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appending(path: "catalogizer").path
    }

    static func withNew(_ body: (Program) async throws -> Void) async throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "catalogizer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let program = Program(scratch: scratch, databases: ProgramDatabases(in: scratch))
        let result: Result<Void, any Error>
        do { result = .success(try await body(program)) } catch { result = .failure(error) }
        try await program.databases.removeAll()
        try result.get()
    }

    /// The path of a name in the scratch directory.
    func path(_ name: String) -> String { scratch + "/" + name }

    /// Writes a file, with the directories above it.
    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Runs a command to its end on the data directory `data`.
    func run(_ words: String..., data: String = "data") async throws -> Outcome {
        try await start(words, data: data).outcome()
    }

    /// Runs exactly this to its end, with the database of the data directory that is the default; `prefix` is a program that
    /// starts the program.
    func run(exactly words: [String], prefix: [String] = []) async throws -> Outcome {
        let url = try await url(of: "data")
        return try await start(exactly: words, databaseURL: url, prefix: prefix).outcome()
    }

    /// Runs `body` beside a server, which is stopped by SIGTERM, and returns how the server ended.
    @discardableResult
    func serving(
        _ data: String = "data", _ body: (RunningProgram, _ port: UInt16) async throws -> Void
    ) async throws -> Outcome {
        let server = try await start(["serve", "--port", "0"], data: data)
        defer { server.kill() }
        let port = try await server.port()
        try await body(server, port)
        server.signal(SIGTERM)
        return try await server.outcome()
    }

    /// Starts a command on the data directory `data` and does not wait for it.
    func start(_ words: [String], data: String = "data", prefix: [String] = []) async throws -> RunningProgram {
        let url = try await url(of: data)
        return try start(exactly: words + ["--data-dir", path(data)], databaseURL: url, prefix: prefix)
    }

    /// Opens the database of a data directory past the program.
    ///
    /// - Throws: what `body` throws, and what opening and closing do.
    func withDatabase<Value>(
        _ data: String = "data", _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        let place = try await databases.place(of: data)
        let database = try TestEngine.open(databaseURL ?? place.url)
        let result: Result<Value, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        try await database.close()
        return try result.get()
    }

    /// Removes a data directory and its database.
    func remove(_ data: String) async throws {
        try FileManager.default.removeItem(atPath: path(data))
        try await databases.remove(data)
    }

    /// The same program with its database in the file of a data directory, whatever the engine of this run is.
    func onFile(_ data: String = "data") throws -> Program {
        try FileManager.default.createDirectory(
            atPath: path(data), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var program = self
        program.databaseURL = "sqlite:" + path(data) + "/catalogizer.sqlite"
        return program
    }

    /// What the program is told about its database; nil for nothing.
    func url(of data: String) async throws -> String? {
        if let databaseURL { return databaseURL }
        let place = try await databases.place(of: data)
        return TestEngine.isSQLite ? nil : place.url
    }

    /// The same with exactly these words, for a thread that may block.
    func start(exactly words: [String], databaseURL: String?, prefix: [String] = []) throws -> RunningProgram {
        // Settings of whoever runs the tests must not reach the program.
        var environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        if let databaseURL { environment["CATALOGIZER_DATABASE_URL"] = databaseURL }
        if let workerRoots { environment["CATALOGIZER_WORKER_ROOTS"] = workerRoots }
        if let searchEngine { environment["CATALOGIZER_SEARCH_ENGINE"] = searchEngine }
        let output = path("run-\(UUID().uuidString)")
        let process = try TestProcess(
            prefix + [Self.executable] + words, environment: environment, directory: scratch, output: output + ".out",
            errors: output + ".err")
        return RunningProgram(process, output: output)
    }
}

/// How a run of the program ended.
struct Outcome: Sendable {
    let code: Int32
    let output: String
    let talk: String

    /// Whether it ended as it was told to. A machine that is busy with all the other tests may take longer than a stop may; that it ends all
    /// the same is a way of it too.
    var hasStopped: Bool { code == 0 || (code == 1 && talk.contains("running work did not stop in time")) }

    /// The objects of `--json`, one a line.
    var objects: [[String: Any]] {
        get throws {
            try output.split(separator: "\n").map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }
}

/// The program did not do within the time what it should have done.
struct TooSlow: Error {
    let talk: String
}
