import CatalogCore
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct RegistrationTests {
    private func register(
        _ fixture: AuthenticationFixture, username: String = "ada", email: String = "ada@example.com",
        password: String = "correct horse", firstName: String = "Ada", lastName: String = "Lovelace"
    ) async throws -> User {
        try await fixture.services.registration.register(
            Registration(
                username: username, email: email, password: Password(password), firstName: firstName, lastName: lastName
            )
        ).user
    }

    @Test func `A new account has the role user and may log in`() async throws {
        try await AuthenticationFixture.with { fixture in
            let user = try await register(fixture, firstName: "  Ada ")
            #expect(user.roleID == SystemRole.user.id)
            #expect(user.isActive)
            #expect(!user.mustChangePassword)
            #expect(user.profile.firstName == "Ada")
            #expect(user.createdAt == fixture.clock.now)
            #expect(try await fixture.login("ada", "correct horse").user.id == user.id)
        }
    }

    @Test func `Names that are taken are refused, the username first`() async throws {
        try await AuthenticationFixture.with { fixture in
            _ = try await register(fixture)
            let username = Refusal(.alreadyExists, "Username already exists")
            let email = Refusal(.alreadyExists, "Email already exists")
            #expect(await refusal { try await register(fixture) } == username)
            #expect(await refusal { try await register(fixture, username: "ADA", email: "x@example.com") } == username)
            #expect(await refusal { try await register(fixture, username: "bob", email: "ADA@example.com") } == email)
        }
    }

    @Test(arguments: [("Straße", "STRASSE"), ("Müller", "mu\u{308}ller"), ("ﬁlm", "Film")])
    func `A name in another case or composition is taken`(first: String, second: String) async throws {
        try await AuthenticationFixture.with { fixture in
            _ = try await register(fixture, username: first)
            #expect(
                await refusal { try await register(fixture, username: second, email: "other@example.com") }
                    == Refusal(.alreadyExists, "Username already exists"))
        }
    }

    @Test func `Nobody can take the e-mail address of another account as username, or the other way round`()
        async throws
    {
        try await AuthenticationFixture.with { fixture in
            _ = try await register(fixture)
            #expect(
                await refusal { try await register(fixture, username: "Ada@Example.com", email: "x@example.com") }
                    == Refusal(.alreadyExists, "Username already exists"))
            _ = try await register(fixture, username: "bob@example.com", email: "robert@example.com")
            #expect(
                await refusal { try await register(fixture, username: "eve", email: "bob@example.com") }
                    == Refusal(.alreadyExists, "Email already exists"))
        }
    }

    @Test func `Of many registrations of one name at the same time one succeeds`() async throws {
        try await AuthenticationFixture.with { fixture in
            let outcomes = await withTaskGroup(of: Refusal?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        await refusal {
                            try await register(
                                fixture, username: number % 2 == 0 ? "ada" : "ADA", email: "\(number)@example.com")
                        }
                    }
                }
                return await group.reduce(into: [Refusal?]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == Refusal(.alreadyExists, "Username already exists") }.count == 7)
        }
    }

    @Test(arguments: [
        ("ad", "ada@example.com", "correct horse", "Ada", "Lovelace", "Username must be 3 to 50 characters long"),
        ("ada", "nowhere", "correct horse", "Ada", "Lovelace", "Invalid email address"),
        ("ada", "ada@example.com", "short", "Ada", "Lovelace", "Password must be at least 8 characters long"),
        ("ada", "ada@example.com", "correct horse", " \t", "Lovelace", "first_name is required"),
        ("ada", "ada@example.com", "correct horse", "Ada", "\u{2003}", "last_name is required"),
        ("ada", "ada@example.com", "correct horse", "A\u{7}da", "Lovelace", "first_name contains control characters"),
    ])
    func `What is wrong is named`(
        username: String, email: String, password: String, first: String, last: String, message: String
    ) async throws {
        try await AuthenticationFixture.with { fixture in
            let refused = await refusal {
                try await register(
                    fixture, username: username, email: email, password: password, firstName: first, lastName: last)
            }
            #expect(refused == Refusal(.invalidArgument, message))
        }
    }

    @Test func `Registration can be turned off and on while the server runs`() async throws {
        try await AuthenticationFixture.with { fixture in
            fixture.services.settings.value.registrationEnabled = false
            #expect(
                await refusal { try await register(fixture, username: "first") }
                    == Refusal(.permissionDenied, "Registration is disabled"))
            fixture.services.settings.value.registrationEnabled = true
            _ = try await register(fixture, username: "first")
        }
    }

    @Test func `Nobody gets an account when registration is off`() async throws {
        try await AuthenticationFixture.with(settings: AuthenticationSettings(registrationEnabled: false)) { fixture in
            #expect(
                await refusal { try await register(fixture, username: "x") }
                    == Refusal(.permissionDenied, "Registration is disabled"))
        }
    }
}
