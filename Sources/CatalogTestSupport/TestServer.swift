import CatalogCore
package import CatalogDatabase
import CatalogJobs
import CatalogScanner
package import CatalogSearch
package import CatalogServer
import CatalogStorage
import Foundation
import Logging
import NIOPosix
import StorageFTP
import StorageNFS
import StorageSMB
import StorageWebDAV

/// The whole product over a new database and a new directory to scan, without a socket: what contract tests talk to.
///
/// Its administrator is `admin` with the password `administrator`. Rate limits are off unless a test sets them.
package struct TestServer: Sendable {
    package let shell: HTTPShell
    package let database: any Database
    package let services: CatalogServices
    package let index: NameIndex
    /// Makes accounts with any role, and changes settings while the server runs.
    package let authentication: AuthenticationServices
    /// Closed by a test that wants to see a server that is stopping.
    package let hasher: PasswordHasher
    package let clock: ManualClock
    /// A directory that tests fill and add as a storage root.
    package let tree: String
    /// What copies may use of this machine.
    package let transfer: String
    /// What goes wrong in local storage roots.
    package let faults: MemoryFaults

    /// Makes accounts with any role.
    package var users: UserAdministration { authentication.users }

    /// Makes the account `name` with the address `name@example.com` and the password `password of name`.
    ///
    /// - Parameter role: the name of its role.
    package func addUser(_ name: String, role: String) async throws {
        let account = NewAccount(
            username: name, email: "\(name)@example.com", password: Password("password of \(name)"), role: .name(role))
        _ = try await users.create(account, by: .commandLine)
    }

    /// A machine that runs all tests at once may keep a connection waiting for longer than a client may.
    private static func patient(_ settings: HTTPSettings) -> HTTPSettings {
        var settings = settings
        let limit = Patience.limit
        settings.connectionLimits.head = limit
        settings.connectionLimits.body = limit
        settings.connectionLimits.idle = limit
        settings.connectionLimits.writeStall = limit
        return settings
    }

    /// Runs `body` with a new server. Jobs (scans) run in it; the search index follows them.
    ///
    /// - Parameters:
    ///   - discovery: how SMB servers are looked at; nil for every network.
    ///   - scanStopPatience: how long the removal of a storage root waits for its scan.
    ///   - search: what answers searches.
    package static func withNew(
        _ settings: AuthenticationSettings = AuthenticationSettings(),
        http: HTTPSettings = HTTPSettings(rateRules: RateRules(authPerMinute: 0, apiPerMinute: 0)),
        discovery: SMBDiscoveryService? = nil, scanStopPatience: Duration = Patience.limit,
        search: TestSearch = .index, _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestDatabase.withNew { files in
            let clock = ManualClock()
            let hasher = PasswordHasher(
                cost: PasswordHasher.Cost(memoryKiB: 8, iterations: 1, lanes: 1), threadCount: 2)
            let tree = files.directory + "/tree"
            try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
            let index = try await NameIndex(database: files.database, directory: files.directory + "/search")
            let transfer = files.directory + "/transfer"
            try FileManager.default.createDirectory(atPath: transfer, withIntermediateDirectories: true)
            let faults = MemoryFaults()
            var configuration = configuration(transfer: transfer)
            configuration.scanStopPatience = scanStopPatience
            let services = try services(files.database, index, clock, configuration, faults)
            let authentication = try await AuthenticationServices(
                database: files.database, hasher: hasher, secret: "a secret of the tests, with more than 32 characters",
                settings: settings, time: clock.source, checkFile: services.checkFile)
            _ = try await authentication.firstStart.run(
                FirstAdministrator(password: Password("administrator")), dataDirectory: files.directory)
            let discovery = discovery ?? SMBDiscoveryService(SMBDiscovery(networks: .every))
            var dependencies = CatalogServer.Dependencies(
                database: files.database, services: services,
                search: services.search(try await search.engine(index, files.database)),
                authentication: authentication, discovery: discovery, time: clock.source)
            // A machine that runs all tests at once is no server that cannot be reached.
            dependencies.probePatience = Patience.limit
            // The loops that the test framework serves on: a body that does not run on the loop of its connection can outrun it.
            let server = try CatalogServer(
                dependencies, settings: patient(http), group: MultiThreadedEventLoopGroup.singleton)
            let test = TestServer(
                shell: server.shell, database: files.database, services: services, index: index,
                authentication: authentication, hasher: hasher, clock: clock, tree: tree, transfer: transfer,
                faults: faults)
            try await test.whileJobsRun { try await body(test) }
            discovery.close()
            try await services.shutdown()
            try await hasher.close()
            try await index.close()
        }
    }

    /// Writes a file below `tree`, with the directories above it.
    package func write(_ path: String, _ content: [UInt8]) throws {
        let full = tree + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(content).write(to: URL(fileURLWithPath: full))
    }

    /// Waits until no file waits to be hashed.
    package func waitForHashes() async throws {
        let jobs = JobStore(database: database)
        let deadline = ContinuousClock.now + Patience.limit
        while try await jobs.liveCounts().contains(where: { $0.kind == HashService.kind }) {
            guard ContinuousClock.now < deadline else { throw HashesNeverEnded() }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Lets another node have all storage roots to itself, as a worker that names them.
    package func pinRoots(to node: String) async throws {
        let roots = try await services.roots.list(scope: .everything, includingDisabled: true)
        try await JobStore(database: database).pin(roots.map(\.id), to: node)
    }

    /// What makes a test wait longer than the hashes of a few files take.
    private struct HashesNeverEnded: Error {}

    private func whileJobsRun(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let worker = services.worker
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    /// Bytes of an upload.
    package static let maxUploadBytes: Int64 = 4 << 20

    private static func configuration(transfer: String) -> CatalogServices.Configuration {
        var configuration = CatalogServices.Configuration(
            skipNames: NamePatterns.skippedByDefault, reserved: [], storageThreads: 2,
            scanSlots: 2, scanConcurrency: 3, vault: CredentialVault(masterKey: "a master key of the tests"))
        configuration.probePatience = Patience.limit
        configuration.copy = CopySettings(
            allowedDirectories: [transfer], transferDirectory: transfer, maxUploadBytes: maxUploadBytes, node: "test")
        return configuration
    }

    private static func services(
        _ database: any Database, _ index: NameIndex, _ clock: ManualClock,
        _ configuration: CatalogServices.Configuration, _ faults: MemoryFaults
    ) throws -> CatalogServices {
        let local = StorageBackendProvider(schemes: [.file], LocalBackend.facts) {
            FaultyLocalBackend(LocalBackend(path: $0.url.path), faults)
        }
        return try CatalogServices(
            database: database, configuration: configuration,
            providers: [
                local, SMBBackend.provider, NFSBackend.provider, FTPBackend.provider, WebDAVBackend.provider,
            ], time: clock.source,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            listeners: CatalogServices.ScanListeners(onWritten: { try await index.follow() }))
    }
}
