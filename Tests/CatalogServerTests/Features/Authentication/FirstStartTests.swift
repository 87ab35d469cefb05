import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

@Suite struct FirstStartTests {
    private func withNewInstallation(_ body: (TestDatabase, FirstStart) async throws -> Void) async throws {
        try await TestDatabase.withNew { files in
            let hasher = PasswordHasher(cost: .cheap, threadCount: 1)
            try await body(
                files, FirstStart(database: files.database, hasher: hasher, time: ManualClock().source))
            try await hasher.close()
        }
    }

    private func login(_ files: TestDatabase, _ name: String, _ password: String) async throws -> User {
        let hasher = PasswordHasher(cost: .cheap, threadCount: 1)
        let services = try await AuthenticationServices(
            database: files.database, hasher: hasher, secret: AuthenticationFixture.secret,
            settings: AuthenticationSettings(), time: ManualClock().source, checkFile: { _, _ in })
        let user = try await services.logins.login(
            name: name, password: Password(password), rememberMe: false, from: ClientOrigin(address: "192.0.2.1")
        ).user
        try await hasher.close()
        return user
    }

    private func dump(_ files: TestDatabase) async throws -> [String] {
        try await files.database.read { connection in
            try connection.rows(
                SQLStatement("SELECT id, name, permissions, is_system, updated_at_us FROM roles ORDER BY id")
            ) {
                "\($0.integer(0)) \($0.text(1)) \($0.text(2)) \($0.integer(3)) \($0.integer(4))"
            }
                + connection.rows(
                    SQLStatement("SELECT id, username, password_hash, updated_at_us FROM users ORDER BY id")
                ) {
                    "\($0.integer(0)) \($0.text(1)) \($0.text(2)) \($0.integer(3))"
                }
        }
    }

    @Test func `A new installation gets four system roles with their ids`() async throws {
        try await withNewInstallation { files, firstStart in
            _ = try await firstStart.run(FirstAdministrator(), dataDirectory: files.directory)
            let roles = try await files.database.read { connection in
                try connection.rows(SQLStatement("SELECT id, name, is_system FROM roles ORDER BY id")) {
                    "\($0.integer(0)) \($0.text(1)) \($0.bool(2))"
                }
            }
            #expect(roles == ["1 admin true", "2 user true", "3 moderator true", "4 viewer true"])
        }
    }

    @Test func `A generated password is in a file that only its owner may read, and must be changed`() async throws {
        try await withNewInstallation { files, firstStart in
            let path = files.directory + "/admin-password"
            #expect(
                try await firstStart.run(FirstAdministrator(), dataDirectory: files.directory)
                    == .created(username: "admin", passwordFile: path))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.hasSuffix("\n") && text.count == 25)
            let user = try await login(files, "admin", String(text.dropLast()))
            #expect(user.id == 1)
            #expect(user.roleID == 1)
            #expect(user.mustChangePassword)
            #expect(user.email == "admin@localhost.localdomain")
        }
    }

    @Test func `A password from the settings is in no file and stays`() async throws {
        try await withNewInstallation { files, firstStart in
            let administrator = FirstAdministrator(
                username: "owner", email: "owner@example.com", password: Password("from the settings"))
            let outcome = try await firstStart.run(administrator, dataDirectory: files.directory)
            #expect(outcome == .created(username: "owner", passwordFile: nil))
            #expect(!FileManager.default.fileExists(atPath: files.directory + "/admin-password"))
            let user = try await login(files, "owner", "from the settings")
            #expect(!user.mustChangePassword)
        }
    }

    @Test func `A second start changes nothing`() async throws {
        try await withNewInstallation { files, firstStart in
            _ = try await firstStart.run(FirstAdministrator(), dataDirectory: files.directory)
            let password = try String(contentsOfFile: files.directory + "/admin-password", encoding: .utf8)
            let before = try await dump(files)
            let other = FirstAdministrator(username: "other", password: Password("another password"))
            #expect(try await firstStart.run(other, dataDirectory: files.directory) == .nothingToDo)
            #expect(try await dump(files) == before)
            #expect(try String(contentsOfFile: files.directory + "/admin-password", encoding: .utf8) == password)
        }
    }

    @Test func `A file left by an earlier installation is replaced`() async throws {
        try await withNewInstallation { files, firstStart in
            let path = files.directory + "/admin-password"
            try "old".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            _ = try await firstStart.run(FirstAdministrator(), dataDirectory: files.directory)
            #expect(try String(contentsOfFile: path, encoding: .utf8).count == 25)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `A setting that is not acceptable is named`() async throws {
        try await withNewInstallation { files, firstStart in
            let wrong: [(FirstAdministrator, String)] = [
                (
                    FirstAdministrator(username: "a b c"),
                    "auth.admin_username: Username may only contain letters, digits and . _ @ -"
                ),
                (FirstAdministrator(email: "nowhere"), "auth.admin_email: Invalid email address"),
                (
                    FirstAdministrator(password: Password("short")),
                    "auth.admin_password: Password must be at least 8 characters long"
                ),
            ]
            for (administrator, message) in wrong {
                #expect(
                    await refusal { try await firstStart.run(administrator, dataDirectory: files.directory) }
                        == Refusal(.invalidArgument, message))
            }
        }
    }

    @Test func `A directory that cannot be written makes no account`() async throws {
        try await withNewInstallation { files, firstStart in
            let refused = await refusal {
                try await firstStart.run(FirstAdministrator(), dataDirectory: files.directory + "/missing")
            }
            #expect(refused?.code == .unavailable)
            let rows = try await dump(files)
            #expect(rows.count == 4)
        }
    }

    @Test func `An ordinary account with the administrator's name is not made administrator`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("owner")
            try await fixture.execute("UPDATE users SET role_id = 2")
            let refused = await refusal {
                try await fixture.services.firstStart.run(
                    FirstAdministrator(username: "owner", email: "o@example.com"),
                    dataDirectory: fixture.files.directory)
            }
            #expect(refused == Refusal(.alreadyExists, "Username already exists"))
            #expect(!FileManager.default.fileExists(atPath: fixture.files.directory + "/admin-password"))
        }
    }
}
