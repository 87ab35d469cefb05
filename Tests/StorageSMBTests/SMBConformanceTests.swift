import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageSMB
import Testing

/// The SMB backend against a real server.
@Suite struct SMBConformanceTests {
    @Test(arguments: StorageConformance.checks)
    func `It keeps every promise of a backend`(check: StorageConformance.Check) async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share, canHold: SMBBackend.facts.canHold)
        let backend = try SMBBackend(try server.location(of: scratch.path))
        defer { backend.close() }
        try check.run(backend, scratch)
    }

    @Test func `A backslash is no way out of the directory`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        for directory in ["ann", "ben"] { try scratch.makeDirectory([directory]) }
        try scratch.writeFile(["ben", "secret"], [1])
        try scratch.writeFile(["ann", "own"], [2])
        let backend = try SMBBackend(try server.location(of: scratch.path + "/ann"))
        defer { backend.close() }
        let own = try StoragePath(parsing: "own")
        for text in [#"..\ben"#, #"..\ben\secret"#, #"own\..\..\ben\secret"#, #"..\ben\new"#, #"\own"#] {
            let path = try StoragePath(components: [Array(text.utf8)])
            var listing = DirectoryListing()
            let attempts: [() throws -> Void] = [
                { _ = try backend.stat(path) }, { _ = try backend.openReader(path) }, { try backend.remove(path) },
                { try backend.makeDirectory(path) }, { _ = try backend.openWriter(path, at: 0, expecting: 1) },
                { try backend.rename(own, to: path, replacing: true) },
                { try backend.copy(own, to: path, onWait: {}) },
                { try backend.list(NativePath(path), into: &listing) },
            ]
            for attempt in attempts {
                let error = #expect(throws: CatalogError.self) { try attempt() }
                #expect(error?.code == .notFound, "\(text): \(String(describing: error))")
            }
        }
        #expect(try scratch.content(["ben", "secret"]) == [1])
        #expect(try scratch.content(["ann", "own"]) == [2])
        let url = try StorageURL(parsing: server.url)
        let outside = try StorageURL(scheme: .smb, host: url.host ?? "", port: url.port, path: #"/media/ann\..\ben"#)
        #expect(throws: CatalogError.self) { try SMBBackend(StorageLocation(url: outside)) }
    }

    @Test func `A file that nobody reads any more can be renamed by others`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["film"], [1, 2, 3])
        let location = try server.location(of: scratch.path)
        let (reading, changing) = (try SMBBackend(location), try SMBBackend(location))
        defer { for backend in [reading, changing] { backend.close() } }
        let (film, renamed) = (try StoragePath(parsing: "film"), try StoragePath(parsing: "renamed"))
        do {
            let reader = try reading.openReader(film)
            var buffer = [UInt8](repeating: 0, count: 3)
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
            #expect(count == 3)
            let error = #expect(throws: CatalogError.self) { try changing.rename(film, to: renamed, replacing: false) }
            #expect(error?.code == .conflict, "\(error?.description ?? "")")
            #expect(!reading.hasUnreadFiles)
        }
        #expect(reading.hasUnreadFiles)
        reading.closeUnreadFiles()
        try changing.rename(film, to: renamed, replacing: false)
        #expect(!reading.hasUnreadFiles)
        #expect(try reading.stat(renamed).sizeBytes == 3)
    }

    @Test func `Many threads list and read at once`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        for number in 0..<20 {
            try scratch.writeFile(["file \(number)"], [UInt8](repeating: UInt8(number), count: 100_000))
        }
        let backend = try SMBBackend(try server.location(of: scratch.path))
        let pool = BlockingPool(name: "test", threads: 16, queueLimit: 1_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<200 {
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

    @Test func `A large file is read as it is`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        let content = TestContent.noise(5_000_003)
        try scratch.writeFile(["file"], content)
        let reader = try SMBBackend(try server.location(of: scratch.path)).openReader(StoragePath(parsing: "file"))
        var buffer = [UInt8](repeating: 0, count: content.count + 1)
        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
        #expect(count == content.count && Array(buffer[..<count]) == content)
    }

    @Test func `A share that the server closed is opened again, and nothing in it counts as missing`() async throws {
        try await TestStorageServer.with(.smb) { server in
            let scratch = try ScratchDirectory(in: server.share)
            try scratch.makeDirectory(["films"])
            try scratch.writeFile(["films", "file"], [1, 2, 3])
            let backend = try SMBBackend(try server.location(of: scratch.path))
            defer { backend.close() }
            let (file, name) = (try StoragePath(parsing: "films/file"), try StoragePath(parsing: "films"))
            let reader = try backend.openReader(file)
            for _ in 0..<3 {
                try await server.make("close")
                #expect(try backend.stat(file).sizeBytes == 3)
                try await server.make("close")
                var listing = DirectoryListing()
                try backend.list(NativePath(name), into: &listing)
                #expect(listing.entries.count == 1)
                try await server.make("close")
                var buffer = [UInt8](repeating: 0, count: 3)
                #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) } == 3)
                try await server.make("close")
                try backend.makeDirectory(try StoragePath(parsing: "made"))
                try await server.make("close")
                try backend.remove(try StoragePath(parsing: "made"))
            }
        }
    }

    @Test func `A guest may read what is for guests, and encryption may be asked for`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["file"], [1])
        let guest = server.url(of: scratch.path).replacing("/media/", with: "/guest/")
        let backend = try SMBBackend(StorageLocation(url: try StorageURL(parsing: guest)))
        #expect(try backend.stat(StoragePath(parsing: "file")).sizeBytes == 1)
        let encrypted = try SMBBackend(try server.location(of: scratch.path, ["encryption": "required"]))
        #expect(try encrypted.stat(StoragePath(parsing: "file")).sizeBytes == 1)
    }

    @Test(arguments: [
        ("smb://127.0.0.1:1/media", "nothing listens on port 1; is its SMB service on"),
        ("smb://no.such.host.invalid/media", "cannot be resolved"),
    ])
    func `A server that is not there is named, with what to do`(url: String, text: String) throws {
        let backend = try SMBBackend(StorageLocation(url: try StorageURL(parsing: url)))
        let error = #expect(throws: CatalogError.self) { try backend.probe() }
        #expect(error?.code == .storageUnavailable)
        #expect(error?.message.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test func `A wrong password, a share and a directory that are not there are told apart`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let base = server.url.dropLast("/media".count)
        let right = StorageCredentials(username: "catalogizer", password: "catalogizer")
        let cases: [(String, StorageCredentials?, String)] = [
            ("\(base)/media", StorageCredentials(username: "catalogizer", password: "wrong"), "refuses catalogizer"),
            ("\(base)/media", nil, "lets no guests in"), ("\(base)/nowhere", right, "has no share nowhere"),
            ("\(base)/media/nowhere", right, "has no directory nowhere"),
        ]
        for (url, credentials, text) in cases {
            let backend = try SMBBackend(StorageLocation(url: try StorageURL(parsing: url), credentials: credentials))
            let error = #expect(throws: CatalogError.self) { try backend.probe() }
            #expect(error?.message.contains(text) == true, "\(url): \(error?.description ?? "")")
        }
    }

    @Test(
        arguments: [
            ("smb://h", [:], "path must begin with the name of a share"),
            ("smb://h/s", ["encryption": "maybe"], "Invalid encryption: must be one of default, required"),
        ] as [(String, [String: String], String)])
    func `What makes no sense is named`(url: String, options: [String: String], text: String) throws {
        let location = StorageLocation(url: try StorageURL(parsing: url), options: StorageOptions(options))
        let error = #expect(throws: CatalogError.self) { try SMBBackend(location) }
        #expect(error?.message == text)
    }

    @Test func `A server that was restarted is found again, with what was open`() async throws {
        try await TestStorageServer.with(.smb) { server in
            let scratch = try ScratchDirectory(in: server.share)
            try scratch.writeFile(["file"], Array("content".utf8))
            let backend = try SMBBackend(try server.location(of: scratch.path))
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
}
