import CatalogCore
import CatalogServer
import Testing

@Suite struct UsernameTests {
    @Test(arguments: ["bob", "a.b_c@d-e", "Ђорђе", "田中太郎", "नमस्ते", "user1", String(repeating: "x", count: 50)])
    func `Letters and digits of any script are accepted`(name: String) throws {
        #expect(try Username(name).text == name)
    }

    @Test(arguments: ["", "ab", String(repeating: "x", count: 51)])
    func `Names of fewer than 3 or more than 50 characters are refused`(name: String) async {
        #expect(
            await refusal { try Username(name) }
                == Refusal(.invalidArgument, "Username must be 3 to 50 characters long"))
    }

    @Test(arguments: [
        "a b", " bob", "bob\u{0}", "bob\n", "a/b/c", "bob\u{202E}", "bob😀", "\u{301}bob", "100%", "bob\u{200B}",
    ])
    func `Blanks, controls, marks at the start and other signs are refused`(name: String) async {
        #expect(
            await refusal { try Username(name) }
                == Refusal(.invalidArgument, "Username may only contain letters, digits and . _ @ -"))
    }

    @Test(arguments: [
        ("Müller", "mu\u{308}ller"), ("STRASSE", "straße"), ("ﬁlm", "FILM"), ("ＡＢＣ", "abc"), ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ])
    func `Names that differ in case or composition are one name`(first: String, second: String) throws {
        #expect(try Username(first).folded == Username(second).folded)
    }

    @Test func `Marks cannot make a name longer than it may be`() async {
        let name = "a" + String(repeating: "\u{301}", count: 60)
        #expect(await refusal { try Username(name) } != nil)
    }
}

@Suite struct EmailAddressTests {
    @Test(arguments: [
        "a@b.c", "admin@localhost.localdomain", "x+y@example.com", "root@localhost", "пользователь@почта.рф",
    ])
    func `Addresses with one at sign and a domain are accepted`(text: String) throws {
        #expect(try EmailAddress(text).text == text)
    }

    @Test(arguments: [
        "", "plain", "@example.com", "a@", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b..c", "a@-b.c", "a@b.c\r\nBcc: x@y.z",
        "a\u{0}@b.c", "<a@b.c>", "a@\u{301}b.c d",
    ])
    func `Anything else is refused`(text: String) async {
        #expect(await refusal { try EmailAddress(text) } == Refusal(.invalidArgument, "Invalid email address"))
    }

    @Test func `An address longer than mail servers accept is refused`() async {
        let text = String(repeating: "a", count: 64) + "@" + String(repeating: "b.", count: 100) + "example"
        #expect(await refusal { try EmailAddress(text) } != nil)
    }
}

@Suite struct PasswordTests {
    @Test(arguments: [
        (7, "Password must be at least 8 characters long"), (129, "Password must be at most 128 characters long"),
    ])
    func `A password of the wrong length is refused`(length: Int, message: String) async {
        let password = Password(String(repeating: "ä", count: length))
        #expect(await refusal { try password.requireAcceptable() } == Refusal(.invalidArgument, message))
    }

    @Test(arguments: [8, 128])
    func `Characters count, not bytes`(length: Int) throws {
        try Password(String(repeating: "😀", count: length)).requireAcceptable()
    }

    @Test func `A password does not print itself`() {
        let password = Password("correct horse")
        #expect("\(password)" == "***")
        #expect(String(reflecting: password) == "***")
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("horse"))
    }
}
