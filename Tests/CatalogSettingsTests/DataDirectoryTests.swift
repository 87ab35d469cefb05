import CatalogCore
import Foundation
import Testing

@testable import CatalogSettings

@Suite("The data directory")
struct DataDirectoryTests {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    @Test("A missing directory is made for its owner only, with its parents, and a second time changes nothing")
    func prepare() throws {
        let path = scratch.path + "/a/b/data"
        let first = try DataDirectory.prepare(path)
        #expect(first.path == path)
        #expect(try scratch.mode(of: "a/b/data") == 0o700)
        #expect(try DataDirectory.prepare(path) == first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
    }

    @Test("A path through a file is refused as unusable")
    func throughFile() throws {
        try scratch.write("x", to: "file")
        for path in ["/file", "/file/below"] {
            let error = #expect(throws: CatalogError.self) { try DataDirectory.prepare(scratch.path + path) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("Choose another --data-dir") == true)
        }
    }

    @Test("Where nothing can be made, the error names the directory and what to do")
    func notWritable() {
        // Not even root may make a directory here.
        let error = #expect(throws: CatalogError.self) { try DataDirectory.prepare("/proc/catalogizer") }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message.hasPrefix("The data directory /proc/catalogizer cannot be used: cannot create") == true)
    }

    @Test("A directory without write permission is refused", .enabled(if: geteuid() != 0, "root may write anywhere"))
    func readOnly() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: scratch.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch.path) }
        let error = #expect(throws: CatalogError.self) { try DataDirectory.prepare(scratch.path) }
        #expect(error?.code == .permissionDenied)
    }

    @Test("Commands that only read say so when there is no directory, and make none")
    func existing() throws {
        let error = #expect(throws: CatalogError.self) { try DataDirectory.existing(scratch.path + "/none") }
        #expect(error?.code == .notFound)
        #expect(!scratch.exists("none"))
        #expect(try DataDirectory.existing(scratch.path).path == scratch.path)
    }
}

@Suite("The secrets of an instance")
struct InstanceSecretsTests {
    let scratch: ScratchDirectory
    let directory: DataDirectory

    init() throws {
        scratch = try ScratchDirectory()
        directory = try DataDirectory.prepare(scratch.path)
    }

    @Test("They are made once, for the owner only, and read again by the next start")
    func madeOnce() throws {
        let settings = try SettingsFixture().load().settings
        let first = try InstanceSecrets.load(settings, in: directory, isFirstStart: true)
        #expect(first.createdFiles == [scratch.path + "/jwt-secret", scratch.path + "/master-key"])
        #expect(first.jwtSecret != first.masterKey)
        #expect(first.jwtSecret.exposed.count == 64)
        #expect(try scratch.mode(of: "jwt-secret") == 0o600)
        #expect(try scratch.mode(of: "master-key") == 0o600)
        let second = try InstanceSecrets.load(settings, in: directory, isFirstStart: false)
        #expect(second.jwtSecret == first.jwtSecret)
        #expect(second.masterKey == first.masterKey)
        #expect(second.createdFiles == [])
        #expect(try scratch.names == ["jwt-secret", "master-key"])
    }

    @Test("A secret that is set is used, and leaves no file")
    func setSecret() throws {
        let key = String(repeating: "k", count: 32)
        let settings = try SettingsFixture(environment: ["CATALOGIZER_AUTH_JWT_SECRET": key]).load().settings
        let secrets = try InstanceSecrets.load(settings, in: directory, isFirstStart: true)
        #expect(secrets.jwtSecret.exposed == key)
        #expect(try scratch.names == ["master-key"])
    }

    @Test("A catalog that exists never gets new secrets")
    func missingSecret() throws {
        let settings = try SettingsFixture().load().settings
        let error = #expect(throws: CatalogError.self) {
            try InstanceSecrets.load(settings, in: directory, isFirstStart: false)
        }
        #expect(error?.code == .dataLoss)
        #expect(
            error?.message == "\(scratch.path)/jwt-secret is missing, but this catalog was made with it. Copy it "
                + "from a backup "
                + "or from another node, or set auth.jwt_secret.")
        #expect(try scratch.names == [])
    }

    @Test("Starts at the same time agree on one secret")
    func concurrentStarts() async throws {
        let path = scratch.path + "/jwt-secret"
        let secrets = try await withThrowingTaskGroup(of: SecretText.self) { group in
            for _ in 0..<16 {
                group.addTask { try SecretFile.loadOrCreate(path, make: SecretFile.random).secret }
            }
            return try await group.reduce(into: Set<SecretText>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
        #expect(try scratch.names == ["jwt-secret"])
    }

    @Test("A secret that others may read is refused, with the command that mends it")
    func readableByOthers() throws {
        try scratch.write(String(repeating: "k", count: 64), to: "jwt-secret", mode: 0o640)
        let error = #expect(throws: CatalogError.self) {
            try SecretFile.loadOrCreate(scratch.path + "/jwt-secret", make: SecretFile.random)
        }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message.hasSuffix("Run: chmod 600 \(scratch.path)/jwt-secret") == true)
        #expect(error?.message.contains("kkk") == false)
    }

    @Test("A damaged secret is never replaced by a new one", arguments: ["", "short\n"])
    func damaged(text: String) throws {
        try scratch.write(text, to: "master-key")
        let error = #expect(throws: CatalogError.self) {
            try SecretFile.loadOrCreate(scratch.path + "/master-key", make: SecretFile.random)
        }
        #expect(error?.code == .dataLoss)
        #expect(try scratch.read("master-key") == text)
    }

    @Test("A symbolic link in place of a secret is not followed")
    func link() throws {
        try scratch.write(String(repeating: "k", count: 64), to: "elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/jwt-secret", withDestinationPath: scratch.path + "/elsewhere")
        #expect(throws: CatalogError.self) {
            try SecretFile.loadOrCreate(scratch.path + "/jwt-secret", make: SecretFile.random)
        }
    }
}
