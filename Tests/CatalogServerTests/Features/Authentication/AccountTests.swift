import CatalogCore
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct AccountTests {
    private func change(_ edit: (inout ProfileChange) -> Void) -> ProfileChange {
        var change = ProfileChange()
        edit(&change)
        return change
    }

    @Test func `A changed password ends every other session and keeps the caller's`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let mine = try await fixture.login("ada")
            let other = try await fixture.login("ada")
            let caller = try await fixture.sessions.authenticate(bearer: mine.accessToken.text)
            _ = try await fixture.sessions.authenticate(bearer: other.accessToken.text)
            let link = try await fixture.services.links.create(entryID: 5, seconds: 60, caller: caller)
            try await fixture.changePassword(
                of: caller, from: Password("password of ada"), to: Password("another password"), network: "192.0.2.1")
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: other.accessToken.text) }
                    == .revokedToken)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: other.refreshToken) } == .invalidRefreshToken)
            _ = try await fixture.sessions.authenticate(bearer: mine.accessToken.text)
            _ = try await fixture.sessions.refresh(with: mine.refreshToken)
            #expect(await refusal { try await fixture.login("ada") } == .invalidCredentials)
            _ = try await fixture.login("ada", "another password")
            #expect(await refusal { try await fixture.services.links.redeem(link.token) }?.code == .unauthenticated)
        }
    }

    @Test(arguments: [
        ("wrong password", "another password", "Current password is incorrect"),
        ("password of ada", "short", "Password must be at least 8 characters long"),
        ("password of ada", "password of ada", "New password must differ from the current one"),
    ])
    func `A password change that is refused changes nothing`(current: String, new: String, message: String) async throws
    {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let other = try await fixture.login("ada")
            let caller = try await fixture.caller("ada")
            let refused = await refusal {
                try await fixture.changePassword(
                    of: caller, from: Password(current), to: Password(new), network: "192.0.2.1")
            }
            #expect(refused == Refusal(.invalidArgument, message))
            _ = try await fixture.sessions.authenticate(bearer: other.accessToken.text)
            _ = try await fixture.login("ada")
        }
    }

    @Test func `Guessing the current password in a stolen session locks the account`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let caller = try await fixture.caller("ada")
            for _ in 0..<5 {
                _ = await refusal {
                    try await fixture.changePassword(
                        of: caller, from: Password("a guess"), to: Password("another password"), network: "192.0.2.1")
                }
            }
            #expect(await refusal { try await fixture.login("ada") } == .locked)
        }
    }

    @Test func `Guesses in a stolen session are refused unread once they have locked the network`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let change = { (current: String, network: String) in
                await refusal {
                    try await fixture.changePassword(
                        of: caller, from: Password(current), to: Password("another password"), network: network)
                }
            }
            for _ in 0..<5 {
                #expect(
                    await change("a guess", "203.0.113.66")
                        == Refusal(.invalidArgument, "Current password is incorrect"))
            }
            #expect(await change("another guess", "203.0.113.66") == .locked)
            #expect(await change("administrator", "203.0.113.66") == .locked)
            #expect(await change("administrator", "192.0.2.1") == nil)
        }
    }

    @Test func `A right current password ends the count of wrong ones`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let caller = try await fixture.caller("ada")
            try await fixture.failLogin("ada", times: 4)
            try await fixture.changePassword(
                of: caller, from: Password("password of ada"), to: Password("another password"), network: "192.0.2.1")
            try await fixture.failLogin("ada", times: 4)
            _ = try await fixture.login("ada", "another password")
        }
    }

    @Test func `A reset by another process ends the sessions here within a second, and the lock`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let owner = try await fixture.login("admin", "administrator").accessToken.text
            let token = try await fixture.login("ada").accessToken.text
            _ = try await fixture.sessions.authenticate(bearer: owner)
            _ = try await fixture.sessions.authenticate(bearer: token)
            try await fixture.resetFromOtherProcess("ada", to: "from the administrator")
            try await fixture.resetFromOtherProcess("admin", to: "from the administrator")
            fixture.clock.advance(by: .milliseconds(500))
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: token) } == .revokedToken)
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: owner) } == .revokedToken)
        }
    }

    @Test(arguments: ["ada", "admin"])
    func `A reset ends a lock after wrong passwords, and their count`(name: String) async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin(name, times: 5)
            try await fixture.resetFromOtherProcess(name, to: "from the administrator")
            try await fixture.failLogin(name, times: 4)
            _ = try await fixture.login(name, "from the administrator")
        }
    }

    @Test func `A reset password must be changed and ends every session`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ada = try await fixture.register("ada")
            let before = try await fixture.login("ada")
            _ = try await fixture.sessions.authenticate(bearer: before.accessToken.text)
            try await fixture.services.users.resetPassword(
                of: ada.id, to: Password("from the administrator"), by: .commandLine)
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: before.accessToken.text) }
                    == .revokedToken)
            let caller = try await fixture.caller("ada", "from the administrator")
            #expect(try await fixture.services.accounts.account(of: caller).user.mustChangePassword)
            try await fixture.changePassword(
                of: caller, from: Password("from the administrator"), to: Password("her own password"),
                network: "192.0.2.1")
            #expect(try await !fixture.services.accounts.account(of: caller).user.mustChangePassword)
        }
    }

    @Test func `The password of a user who does not exist cannot be reset`() async throws {
        try await AuthenticationFixture.with { fixture in
            #expect(
                await refusal {
                    try await fixture.services.users.resetPassword(
                        of: 99, to: Password("another password"), by: .commandLine)
                } == Refusal(.notFound, "User not found"))
        }
    }

    @Test func `A profile changes in what is mentioned, and null clears`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let caller = try await fixture.caller("ada")
            var user = try await fixture.update(
                change {
                    $0.displayName = .set("Countess")
                    $0.email = .set("countess@example.com")
                    $0.timeZone = .set("Europe/London")
                    $0.language = .set("pt-BR")
                    $0.avatarURL = .set("https://example.com/ada.png")
                    $0.settings = .set(JSONObject(text: #"{"theme":"dark","unknown":{"kept":true}}"#) ?? JSONObject())
                }, of: caller
            ).user
            #expect(user.profile.firstName == "Ada")
            #expect(user.profile.displayName == "Countess")
            #expect(user.email == "countess@example.com")
            #expect(user.profile.settings.text == #"{"theme":"dark","unknown":{"kept":true}}"#)
            user = try await fixture.update(
                change {
                    $0.displayName = .clear
                    $0.settings = .set(JSONObject(text: #"{"a":1}"#) ?? JSONObject())
                }, of: caller
            ).user
            #expect(user.profile.displayName == nil)
            #expect(user.profile.language == "pt-BR")
            #expect(user.profile.settings.text == #"{"a":1}"#)
        }
    }

    @Test func `The empty text clears what may be empty, as forms send it`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let filled = change {
                $0.displayName = .set("Boss")
                $0.timeZone = .set("Europe/London")
                $0.language = .set("en")
                $0.avatarURL = .set("https://example.com/boss.png")
            }
            let emptied = change {
                $0.displayName = .set("")
                $0.timeZone = .set("")
                $0.language = .set("")
                $0.avatarURL = .set("")
            }
            _ = try await fixture.update(filled, of: caller)
            let profile = try await fixture.update(emptied, of: caller).user.profile
            #expect(profile == UserProfile(firstName: "System", lastName: "Administrator"))
        }
    }

    @Test func `An address of somebody else is refused, and then nothing changes`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.register("bob")
            let caller = try await fixture.caller("ada")
            let edit = change {
                $0.displayName = .set("Countess")
                $0.email = .set("BOB@example.com")
            }
            #expect(
                await refusal { try await fixture.update(edit, of: caller) }
                    == Refusal(.alreadyExists, "Email already exists"))
            #expect(try await fixture.services.accounts.account(of: caller).user.profile.displayName == nil)
        }
    }

    @Test func `Fields that are wrong are refused by name`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let wrong: [(ProfileChange, String)] = [
                (change { $0.email = .clear }, "email is required"),
                (change { $0.email = .set("nowhere") }, "Invalid email address"),
                (change { $0.firstName = .set(" ") }, "first_name is required"),
                (change { $0.firstName = .set("") }, "first_name is required"),
                (change { $0.lastName = .set("\u{3164} \u{200B}\u{2800}") }, "last_name is required"),
                (change { $0.lastName = .set(String(repeating: " ", count: 2_000) + "x") }, "last_name is too long"),
                (change { $0.displayName = .set(String(repeating: "x", count: 101)) }, "display_name is too long"),
                (change { $0.avatarURL = .set("javascript:alert(1)") }, "avatar_url must be an http or https URL"),
                (change { $0.avatarURL = .set("https://x/\n") }, "avatar_url must be an http or https URL"),
                (change { $0.timeZone = .set("<script>") }, "time_zone must be a name such as Europe/Berlin"),
                (change { $0.language = .set("en_US") }, "language must be a language tag such as en or pt-BR"),
            ]
            for (change, message) in wrong {
                #expect(
                    await refusal { try await fixture.update(change, of: caller) }
                        == Refusal(.invalidArgument, message))
            }
        }
    }
}
