import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Foundation
import Glibc
import Testing

@testable import StorageNFS

/// The NFS backend against a real server.
@Suite struct NFSConformanceTests {
    @Test(arguments: StorageConformance.checks)
    func `It keeps every promise of a backend`(check: StorageConformance.Check) async throws {
        let server = try await TestStorageServer.shared(.nfs)
        let scratch = try ScratchDirectory(in: server.share)
        let backend = try NFSBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        try check.run(backend, scratch)
    }

    /// Its server insists on a port mapper, and gets a network to itself for that, where the system allows one.
    private static let allowsNamespaces: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["--net", "--mount", "true"]
        try? process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(.enabled(if: allowsNamespaces), arguments: StorageConformance.checks)
    func `It keeps every promise over version 3 too`(check: StorageConformance.Check) async throws {
        let server = try await TestStorageServer.shared(.nfs3)
        let scratch = try ScratchDirectory(in: server.share)
        let backend = try NFSBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        try check.run(backend, scratch)
    }

    @Test(arguments: [TestStorageServer.Kind.nfs, .nfs3].prefix(allowsNamespaces ? 2 : 1))
    func `A link is shown as one, and never followed`(kind: TestStorageServer.Kind) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["file"], Array("content".utf8))
        for (name, target) in [("inside", "file"), ("outside", "../../../../etc/passwd"), ("absolute", "/etc/passwd")] {
            try scratch.link([name], to: target)
            let backend = try NFSBackend(try server.location(of: scratch.path))
            #expect(try backend.stat(StoragePath(parsing: name)).kind == .link)
            let error = #expect(throws: CatalogError.self) { try backend.openReader(StoragePath(parsing: name)) }
            #expect(error?.code == .notFound, "\(name): \(error?.description ?? "")")
        }
    }

    @Test(arguments: [TestStorageServer.Kind.nfs, .nfs3].prefix(allowsNamespaces ? 2 : 1))
    func `Nothing is reached through a link`(kind: TestStorageServer.Kind) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        for directory in ["public", "private", "private/sub"] {
            try scratch.makeDirectory(directory.split(separator: "/").map(String.init))
        }
        try scratch.writeFile(["private", "sub", "file"], Array("content".utf8))
        try scratch.link(["public", "l"], to: "../private")
        let backend = try NFSBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        func path(_ text: String) throws -> StoragePath { try StoragePath(parsing: text) }
        let calls: [() throws -> Void] = [
            { _ = try backend.stat(path("public/l/sub")) },
            {
                var listing = DirectoryListing()
                try backend.list(NativePath(path("public/l/sub")), into: &listing)
            },
            { _ = try backend.openReader(path("public/l/sub/file")) },
            { _ = try backend.openWriter(path("public/l/new"), at: 0, expecting: nil) },
            { try backend.makeDirectory(path("public/l/new")) },
            { try backend.remove(path("public/l/sub/file")) },
            { try backend.rename(path("public/l/sub/file"), to: path("public/stolen"), replacing: false) },
            { try backend.rename(path("private/sub/file"), to: path("public/l/moved"), replacing: false) },
        ]
        for (number, call) in calls.enumerated() {
            let error = #expect(throws: CatalogError.self) { try call() }
            #expect(error?.code == .notFound, "call \(number): \(error?.description ?? "")")
        }
        var listing = DirectoryListing()
        try backend.list(NativePath(path("private")), into: &listing)
        #expect(listing.entries.map { listing.name(of: $0) } == [Array("sub".utf8)])
        #expect(try backend.stat(path("private/sub/file")).sizeBytes == 7)
    }

    @Test func `A listing that has no end fails, and costs nothing else`() async throws {
        let server = try await TestStorageServer.shared(.nfs)
        let scratch = try ScratchDirectory(in: server.share)
        for name in ["many", "few"] { try scratch.makeDirectory([name]) }
        for number in 0..<500 { try scratch.writeFile(["many", "file \(number)"], []) }
        try scratch.writeFile(["few", "file"], [])
        // To a server that goes on for ever every limit is too small.
        let backend = try NFSBackend(try server.location(of: scratch.path), mostBytes: 10_000)
        defer { backend.close() }
        var listing = DirectoryListing()
        let many = NativePath(try StoragePath(parsing: "many"))
        let error = #expect(throws: CatalogError.self) { try backend.list(many, into: &listing) }
        #expect(error?.code == .tooLarge, "\(error?.description ?? "")")
        try backend.list(NativePath(StoragePath(parsing: "few")), into: &listing)
        #expect(listing.entries.count == 1)
    }

    @Test func `All answers together have so much memory and no more`() {
        let budget = NFSAnswerBudget(mostBytes: 100)
        var first = NFSAnswerBudget.Share(of: budget)
        #expect(first.grow(to: 40) && first.grow(to: 30) && first.grow(to: 60))
        do {
            var second = NFSAnswerBudget.Share(of: budget)
            #expect(second.grow(to: 40) && !second.grow(to: 41))
        }
        // What the second one had is given back.
        #expect(first.grow(to: 100) && !first.grow(to: 101))
    }

    @Test func `Many threads list and read at once`() async throws {
        let server = try await TestStorageServer.shared(.nfs)
        let scratch = try ScratchDirectory(in: server.share)
        for number in 0..<20 {
            try scratch.writeFile(["file \(number)"], [UInt8](repeating: UInt8(number), count: 100_000))
        }
        let backend = try NFSBackend(try server.location(of: scratch.path))
        let pool = BlockingPool(name: "test", threads: 16, queueLimit: 1_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<400 {
                group.addTask {
                    try await pool.run {
                        let reader = try backend.openReader(StoragePath(parsing: "file \(round % 20)"))
                        var buffer = [UInt8](repeating: 99, count: 1_000)
                        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 50_000) }
                        #expect(buffer == [UInt8](repeating: UInt8(round % 20), count: 1_000) && count == 1_000)
                        var listing = DirectoryListing()
                        try backend.list(NativePath(), into: &listing)
                        #expect(listing.entries.count == 20)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await pool.shutdown()
    }

    @Test(arguments: [
        ("nfs://127.0.0.1:1/media", "nothing listens on port 1; is its NFS service on"),
        ("nfs://no.such.host.invalid/media", "cannot be resolved"),
    ])
    func `A server that is not there is named, with what to do`(url: String, text: String) throws {
        let backend = try NFSBackend(StorageLocation(url: try StorageURL(parsing: url)))
        let error = #expect(throws: CatalogError.self) { try backend.probe() }
        #expect(error?.code == .storageUnavailable, "\(error?.description ?? "")")
        #expect(error?.message.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test func `An export that is not there is named`() async throws {
        let server = try await TestStorageServer.shared(.nfs)
        let backend = try NFSBackend(try server.location(of: server.share + "/nowhere"))
        let error = #expect(throws: CatalogError.self) { try backend.probe() }
        #expect(error?.message.contains("has no NFS export /media/nowhere") == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        (["version": "5"], "version"), (["version": "x"], "version"), (["mount_port": "0"], "mount_port"),
        (["uid": "-1"], "uid"),
    ])
    func `An option that makes no sense is named`(options: [String: String], name: String) throws {
        let location = StorageLocation(url: try StorageURL(parsing: "nfs://h/e"), options: StorageOptions(options))
        let error = #expect(throws: CatalogError.self) { try NFSBackend(location) }
        #expect(error?.message.hasPrefix("Invalid \(name): must be a whole number") == true)
    }

    @Test func `A server that was restarted is found again, with what was open`() async throws {
        try await TestStorageServer.with(.nfs) { server in
            let scratch = try ScratchDirectory(in: server.share)
            try scratch.writeFile(["file"], Array("content".utf8))
            let backend = try NFSBackend(try server.location(of: scratch.path))
            let reader = try backend.openReader(StoragePath(parsing: "file"))
            let identity = try backend.probe().identity
            try await server.make("kill")
            #expect(throws: CatalogError.self) { try backend.stat(StoragePath(parsing: "file")) }
            try await server.make("start")
            let end = ContinuousClock.now + Patience.limit
            // The breaker lets nobody through for a moment.
            while (try? backend.stat(StoragePath(parsing: "file"))) == nil, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
            }
            var buffer = [UInt8](repeating: 0, count: 7)
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
            #expect(count == 7 && buffer == Array("content".utf8))
            #expect(try backend.probe().identity == identity)
        }
    }

    @Test(.timeLimit(.minutes(20))) func `A signal interrupts no read`() async throws {
        let server = try await TestStorageServer.shared(.nfs)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["file"], [UInt8](repeating: 7, count: 4_000_000))
        try await TestProxy.with(before: server.url) { proxy in
            let location = try server.location(url: proxy.url(server.url(of: scratch.path)))
            let backend = try NFSBackend(location)
            defer { backend.close() }
            // One that nobody else uses; without a handler it would end the program.
            let signal = __libc_current_sigrtmin() + 7
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in }
            try #require(sigaction(signal, &action, nil) == 0)
            let pool = BlockingPool(name: "test", threads: 1, queueLimit: 1)
            let (threads, thread) = AsyncStream.makeStream(of: pthread_t.self)
            // So slow that the read waits most of its time, for what comes piece by piece.
            try proxy.drip(400_000)
            async let read = pool.run {
                let reader = try backend.openReader(StoragePath(parsing: "file"))
                thread.yield(pthread_self())
                defer { thread.finish() }
                var buffer = [UInt8](repeating: 0, count: 400_000)
                let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
                return buffer[..<count].allSatisfy { $0 == 7 }
            }
            for await reader in threads {
                for _ in 0..<50 {
                    pthread_kill(reader, signal)
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            #expect(try await read)
            try await pool.shutdown()
        }
    }
}
