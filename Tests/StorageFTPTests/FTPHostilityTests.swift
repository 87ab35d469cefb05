import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageFTP
import Synchronization
import Testing

/// What a server may say, what names may hold, and what then must not happen.
@Suite struct FTPHostilityTests {
    @Test(arguments: ["a\r\nDELE victim", "a\nDELE victim", "a\rb"])
    func `A name with a line end reaches no server`(name: String) async throws {
        let server = try await TestStorageServer.shared(.ftp)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["victim"], [1])
        let backend = try FTPBackend(try server.location(of: scratch.path))
        let path = try StoragePath(components: [Array(name.utf8)])
        for attempt in [
            { _ = try backend.stat(path) }, { _ = try backend.openReader(path) }, { try backend.remove(path) },
            { try backend.makeDirectory(path) }, { _ = try backend.openWriter(path, at: 0, expecting: 1) },
            { try backend.rename(path, to: StoragePath(components: [[0x62]]), replacing: true) },
        ] as [() throws -> Void] {
            #expect(throws: CatalogError.self) { try attempt() }
        }
        #expect(try scratch.content(["victim"]) == [1])
    }

    /// Servers of Windows take a backslash for a slash.
    @Test(arguments: [#"..\ben"#, #"a\..\..\ben"#]) func `A name that could lead upwards reaches no server`(
        name: String
    ) throws {
        let commands = Mutex<[String]>([])
        let server = try Self.listServer("", onCommand: { word in commands.withLock { $0.append(word) } })
        try withExtendedLifetime(server) {
            let backend = try Self.backend(server)
            let path = try StoragePath(components: [Array(name.utf8)])
            let error = #expect(throws: CatalogError.self) { try backend.stat(path) }
            #expect(error?.code == .notFound)
        }
        #expect(commands.withLock { $0 }.allSatisfy { !$0.contains("ben") })
    }

    @Test(arguments: [TestStorageServer.Kind.ftp, .ftpListOnly])
    func `A name with a line end in it hides nothing else`(kind: TestStorageServer.Kind) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        for name in ["first", "a\nb", "last"] { try scratch.writeFile([name], [1]) }
        var listing = DirectoryListing()
        try FTPBackend(try server.location(of: scratch.path)).list(NativePath(), into: &listing)
        let names = Set(listing.entries.map { listing.name(of: $0) })
        #expect(names.isSuperset(of: ["first", "last"].map { Array($0.utf8) }))
        #expect(listing.failures.count == 1)
    }

    @Test(.timeLimit(.minutes(20)), arguments: [2, 3])
    func `A server with room for few connections serves many readers all the same`(room: Int) async throws {
        try await TestStorageServer.with(.ftp, ["TESTSERVER_CONNECTIONS": "\(room)"]) { server in
            let scratch = try ScratchDirectory(in: server.share)
            for number in 0..<4 {
                try scratch.writeFile(["file \(number)"], [UInt8](repeating: UInt8(number), count: 3 << 20))
            }
            // They wait for each other, and for everything else that the machine does.
            let backend = try FTPBackend(try server.location(of: scratch.path, ["timeout": "120"]))
            let threads = BlockingPool(name: "test", threads: 8, queueLimit: 32)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        try await threads.run {
                            let path = try StoragePath(parsing: "file \(number)")
                            #expect(
                                try Self.content(of: path, backend) == [UInt8](repeating: UInt8(number), count: 3 << 20)
                            )
                        }
                    }
                    group.addTask {
                        try await threads.run {
                            for _ in 0..<20 {
                                var listing = DirectoryListing()
                                try backend.list(NativePath(), into: &listing)
                                #expect(listing.entries.count == 4)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            // Whatever they have left open makes room for one that writes.
            try await threads.run {
                let writer = try backend.openWriter(try StoragePath(parsing: "written"), at: 0, expecting: nil)
                try [UInt8](repeating: 9, count: 1 << 20).withUnsafeBytes { try writer.write($0) }
                try writer.finish()
            }
            #expect(try scratch.content(["written"]) == [UInt8](repeating: 9, count: 1 << 20))
            backend.close()
            try await threads.shutdown()
        }
    }

    private static func content(of path: StoragePath, _ backend: FTPBackend) throws -> [UInt8] {
        let reader = try backend.openReader(path)
        var content = [UInt8](repeating: 0xFF, count: Int(reader.entry.sizeBytes))
        var count = 0
        while count < content.count {
            let end = min(content.count, count + 256 << 10)
            let read = try content[count..<end].withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(count)) }
            guard read > 0 else { break }
            count += read
        }
        return content
    }

    @Test(arguments: [
        // Line, name, kind, bytes; nil where it is no entry.
        ("-rw-r--r--    1 0        0          12345 Nov 26 22:13 plain", "plain", EntryKind.file, 12_345),
        ("-rw-r--r--    1 0        0              5 Nov 26  2021   two blanks ", "  two blanks ", .file, 5),
        ("drwxr-xr-x    2 me       my group    4096 Jan  1 00:00 dir", "dir", .directory, 0),
        ("lrwxrwxrwx    1 0        0              7 Nov 26 22:13 link -> target", "link", .link, 0),
        ("-rw-r--r--   1 owner          99 Feb 29  2024 no group", "no group", .file, 99),
        ("11-26-26  10:13PM       <DIR>          Windows dir", "Windows dir", .directory, 0),
        ("11-26-2026  08:13AM               1234 file.txt", "file.txt", .file, 1_234),
    ])
    func `Lines of LIST are read`(line: String, name: String, kind: EntryKind, bytes: Int64) throws {
        let server = try Self.listServer("total 3\r\n" + line + "\r\n")
        var listing = DirectoryListing()
        try withExtendedLifetime(server) { try Self.backend(server).list(NativePath(), into: &listing) }
        let entry = try #require(listing.entries.first)
        #expect(String(decoding: listing.name(of: entry), as: UTF8.self) == name)
        #expect(entry.kind == kind && entry.sizeBytes == bytes && entry.modifiedNS > 0)
        #expect(listing.entries.count == 1 && listing.failures.isEmpty)
    }

    @Test(arguments: ["-5", "9223372036854775807"])
    func `A file whose size cannot be believed is no empty one`(size: String) throws {
        let server = try Self.listServer("-rw-r--r--    1 0        0             \(size) Nov 26 22:13 bad\r\n")
        var listing = DirectoryListing()
        try withExtendedLifetime(server) { try Self.backend(server).list(NativePath(), into: &listing) }
        #expect(listing.entries.isEmpty && listing.failures.map(\.name) == [Array("bad".utf8)])
    }

    @Test(arguments: ["<html>no</html>\r\n", "-rw-r--r-- nothing\r\n", "\u{0}\u{1}\r\n"])
    func `A listing of which nothing can be read is an error`(text: String) throws {
        let server = try Self.listServer(text)
        var listing = DirectoryListing()
        let error = withExtendedLifetime(server) {
            #expect(throws: CatalogError.self) { try Self.backend(server).list(NativePath(), into: &listing) }
        }
        #expect(error?.code == .dataLoss, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("150 now\r\n226 Transfer done (but failed to open directory).", CatalogError.Code.permissionDenied),
        ("450 busy", .storageUnavailable), ("550 no", .storageUnavailable),
        ("150 now\r\n226-Options: -a -l\r\n226 Output truncated to 10000 matches", .tooLarge),
    ])
    func `A directory that the server could not open is no empty one`(reply: String, code: CatalogError.Code) throws {
        let server = try Self.listServer("", reply: reply)
        var listing = DirectoryListing()
        let error = withExtendedLifetime(server) {
            #expect(throws: CatalogError.self) { try Self.backend(server).list(NativePath(), into: &listing) }
        }
        #expect(error?.code == code, "\(error?.description ?? "")")
    }

    @Test func `A file that cannot be replaced stays, and so does what was to replace it`() throws {
        let commands = Mutex<[String]>([])
        let line = "-rw-r--r--    1 0        0              5 Nov 26 22:13 "
        let server = try Self.listServer(
            "\(line)old\r\n\(line)new\r\n",
            onCommand: { word in
                commands.withLock { $0.append(word) }
            })
        try withExtendedLifetime(server) {
            let backend = try Self.backend(server)
            #expect(throws: CatalogError.self) {
                try backend.rename(StoragePath(parsing: "new"), to: StoragePath(parsing: "old"), replacing: true)
            }
        }
        let sent = commands.withLock { $0 }
        #expect(sent.contains { $0.hasPrefix("RNFR") } && !sent.contains { $0.hasPrefix("DELE") }, "\(sent)")
    }

    @Test(arguments: [
        (["port": "1"], "nothing listens on port 1"), (["password": "wrong"], "refuses catalogizer"),
        (["path": "/nowhere"], "has no directory nowhere"), (["tls": "explicit"], "cannot be trusted"),
        (["host": "no.such.host.invalid"], "cannot be resolved"),
    ])
    func `What is wrong with a root is said`(change: [String: String], text: String) async throws {
        let server = try await TestStorageServer.shared(.ftp)
        let good = try StorageURL(parsing: server.url)
        let url = try StorageURL(
            scheme: .ftp, host: change["host"] ?? "127.0.0.1", port: change["port"].flatMap { Int($0) } ?? good.port,
            path: change["path"] ?? "/")
        let credentials = StorageCredentials(username: "catalogizer", password: change["password"] ?? "catalogizer")
        let backend = try FTPBackend(
            StorageLocation(
                url: url, credentials: credentials, options: StorageOptions(change["tls"].map { ["tls": $0] } ?? [:])))
        let error = #expect(throws: CatalogError.self) { try backend.probe() }
        #expect(
            error?.code == .storageUnavailable && error?.message.contains(text) == true, "\(String(describing: error))")
    }

    @Test func `A server that is full is heard`() throws {
        let server = try FakeServer { client in client.sendLast("421 Too many connections from your address.\r\n") }
        let error = withExtendedLifetime(server) {
            #expect(throws: CatalogError.self) { try Self.backend(server).probe() }
        }
        #expect(error?.code == .storageUnavailable)
        #expect(error?.message.hasSuffix("turns us away: 421 Too many connections from your address.") == true)
    }

    /// A goodbye that is never answered would be waited for as long as the root's time-out.
    @Test(.timeLimit(.minutes(20))) func `Letting go of a server that has fallen silent waits for nobody`() throws {
        let server = try Self.listServer("-rw-r--r--    1 0        0   5 Nov 26 22:13 file\r\n", saysGoodbye: false)
        let url = try StorageURL(parsing: "ftp://127.0.0.1:\(server.port)/")
        let backend = try FTPBackend(StorageLocation(url: url, options: StorageOptions(["timeout": "300"])))
        var listing = DirectoryListing()
        try withExtendedLifetime(server) {
            try backend.list(NativePath(), into: &listing)
            backend.close()
        }
        #expect(listing.entries.count == 1)
    }

    @Test func `What a server says to everybody who logs in is nothing of a file`() throws {
        let logins = Atomic<Int>(0)
        let server = try FakeServer { client in
            client.send("220 hello\r\n")
            while let line = client.line() {
                switch line.split(separator: " ").first {
                case "USER": client.send("331 password\r\n")
                case "PASS":
                    logins.add(1, ordering: .relaxed)
                    client.send("230-Welcome\r\n Type=dir; read the rules\r\n 250-of this house\r\n230 in\r\n")
                case "PWD": client.send("257 \"/\"\r\n")
                case "FEAT": client.send("211-Features:\r\n MLST Type*;Size*;Modify*;\r\n211 End\r\n")
                case "MLST":
                    client.send("250-Listing\r\n Type=file;Size=5;Modify=20261126221306; /file\r\n250 End\r\n")
                    // Whoever asks next has to log in again.
                    return
                default: client.send("200 fine\r\n")
                }
            }
        }
        try withExtendedLifetime(server) {
            let backend = try Self.backend(server)
            for _ in 0..<3 {
                let entry = try backend.stat(StoragePath(parsing: "file"))
                #expect(entry.kind == .file && entry.sizeBytes == 5)
            }
        }
        #expect(logins.load(ordering: .relaxed) > 1)
    }

    private static func backend(_ server: FakeServer) throws -> FTPBackend {
        let url = try StorageURL(parsing: "ftp://127.0.0.1:\(server.port)/")
        return try FTPBackend(StorageLocation(url: url, options: StorageOptions(["timeout": "5"])))
    }

    /// A server that knows LIST only, and answers it with `text`.
    private static func listServer(
        _ text: String, reply: String = "150 now\r\n226 done", saysGoodbye: Bool = true,
        onCommand: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> FakeServer {
        let data = try FakeServer { client in client.send(text) }
        return try FakeServer { client in
            client.send("220 hello\r\n")
            while let line = client.line() {
                onCommand(line)
                switch line.split(separator: " ").first {
                case "USER": client.send("331 password\r\n")
                case "PASS": client.send("230 in\r\n")
                case "PWD": client.send("257 \"/\"\r\n")
                case "EPSV": client.send("229 here (|||\(data.port)|)\r\n")
                case "LIST": client.send(reply + "\r\n")
                case "TYPE", "CWD": client.send("200 fine\r\n")
                case "QUIT": if saysGoodbye { return }
                default: client.send("500 what\r\n")
                }
            }
        }
    }
}
