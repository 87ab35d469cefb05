import Foundation
import Testing

@Suite("The commands", .serialized)
struct CommandRunTests {
    @Test("The commands work without a server")
    func alone() async throws {
        try await Program.withNew { program in
            try await everyCommand(program)
        }
    }

    @Test("The commands work beside a server")
    func besideServer() async throws {
        try await Program.withNew { program in
            let server = try await program.serving { _, _ in try await everyCommand(program) }
            #expect(server.hasStopped, "\(server.talk)")
        }
    }

    @Test("What a command does to an account is felt by a server that runs")
    func lockBesideServer() async throws {
        try await Program.withNew { program in
            try await program.serving { _, port in
                let administrator = try ServerClient.administrator(of: program, port: port)
                let form = #"{"username":"ada","email":"ada@example.org","password":"long enough"}"#
                #expect(try administrator.status(of: "POST /api/v1/users", body: form) == 201)
                let ada = try ServerClient.loggedIn("ada", password: "long enough", port: port)
                #expect(try ada.status(of: "GET /api/v1/auth/profile") == 200)
                #expect(try await program.run("user", "lock", "ada").code == 0)
                try await until { try ada.status(of: "GET /api/v1/auth/profile") == 401 }
            }
        }
    }

    private func everyCommand(_ program: Program) async throws {
        try program.write("tree/films/The Matrix.mkv", "film")
        let added = try await program.run("storage", "add", "films", "file://" + program.path("tree"))
        #expect(added.code == 0, "\(added.talk)")
        #expect(try await program.run("storage", "add", "bad", "gopher://nowhere").code == 64)

        let scan = try await program.run("scan", "films", "--json")
        #expect(scan.code == 0, "\(scan.talk)")
        #expect(try scan.objects.first?["entries_found"] as? Int == 2)
        #expect(try await program.run("scan", "nothing").code == 1)

        let found = try await program.run("search", "matrix", "--json")
        #expect(found.code == 0)
        #expect(try found.objects.map { $0["path"] as? String } == ["films/The Matrix.mkv"])
        #expect(try await program.run("search").code == 64)

        let roots = try await program.run("storage", "list", "--json").objects
        #expect(roots.map { $0["status"] as? String } == ["online"])

        let user = try await program.run("user", "add", "ada", "--email", "ada@example.org", "--json")
        let password = try #require(try user.objects.first?["password"] as? String)
        let reset = try await program.run("user", "reset-password", "ada")
        #expect(reset.code == 0)
        #expect(reset.output.count == 21 && !reset.output.hasPrefix(password))
        #expect(try await program.run("user", "reset-password", "nobody").code == 1)
        let users = try await program.run("user", "list", "--json").objects
        #expect(users.contains { $0["username"] as? String == "ada" })

        #expect(try await program.run("user", "lock", "ada", "--until", "2020-01-01T00:00:00Z").code == 64)
        #expect(try await program.run("user", "lock", "ada").code == 0)
        let locked = try await program.run("user", "list", "--json").objects
        #expect(locked.first { $0["username"] as? String == "ada" }?["is_locked"] as? Bool == true)
        #expect(try await program.run("user", "unlock", "ada").code == 0)
        let moved = try await program.run("user", "set-role", "ada", "Moderator", "--json").objects
        #expect(moved.first?["role"] as? String == "moderator")
        #expect(moved.first?["is_locked"] as? Bool == false)
        let wrong = try await program.run("user", "set-role", "ada", "boss")
        #expect(wrong.code == 64)
        #expect(wrong.talk.contains("There is no role \"boss\"; there are admin, moderator, user, viewer"))
        let roles = try await program.run("role", "list", "--json").objects
        #expect(roles.compactMap { $0["name"] as? String }.sorted() == ["admin", "moderator", "user", "viewer"])

        let doctor = try await program.run("doctor", "--json")
        #expect(doctor.code == 0, "\(doctor.output)")
        let document = try await program.run(exactly: ["openapi"])
        #expect(document.code == 0)
        #expect(try document.objects.first?["openapi"] as? String == "3.1.0")
    }
}
