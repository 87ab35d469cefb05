import CatalogCore
import CatalogServer
import Foundation
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
        "bo\u{34F}b", "bob\u{FE0F}", "bob\u{3164}", "\u{115F}\u{1160}\u{FFA0}", "bob\u{180B}", "bob\u{E0100}",
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

    @Test(.timeLimit(.minutes(20)))
    func `A pile of accents of any length is refused without being put in order`() async {
        #expect(
            await refusal { try Username(.pileOfAccents) }
                == Refusal(.invalidArgument, "Username must be 3 to 50 characters long"))
        #expect(
            await refusal { try EmailAddress("a@b.c" + .pileOfAccents) }
                == Refusal(.invalidArgument, "Invalid email address"))
        #expect(
            await refusal { try Password(.pileOfAccents).requireAcceptable() }
                == Refusal(.invalidArgument, "Password must be at most 128 characters long"))
    }

    @Test func `The longest names are accepted in pieces too`() throws {
        let name = String(repeating: "각", count: 50)
        #expect(try Username(name.decomposedStringWithCanonicalMapping).text == name)
        let password = Password(String(repeating: "ṩ", count: 128).decomposedStringWithCanonicalMapping)
        try password.requireAcceptable()
    }

    @Test func `Marks cannot make a name longer than it may be`() async {
        let name = "a" + String(repeating: "\u{301}", count: 60)
        #expect(await refusal { try Username(name) } != nil)
    }
}

@Suite struct EmailAddressTests {
    @Test(arguments: [
        "a@b.c", "admin@localhost.localdomain", "x+y@example.com", "first.last@example.com", "пользователь@почта.рф",
        "अजय@डाटा.भारत", "o'brien@xn--bcher-kva.example",
    ])
    func `Addresses with one at sign and a domain are accepted`(text: String) throws {
        #expect(try EmailAddress(text).text == text)
    }

    @Test(arguments: [
        "", "plain", "@example.com", "a@", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b..c", "a@-b.c", "a@b.c\r\nBcc: x@y.z",
        "a\u{0}@b.c", "<a@b.c>", "a@\u{301}b.c d",
        "root@localhost", "a..b@c.d", ".a@b.c", "a.@b.c", "a\u{200B}b@c.d", "a\u{34F}b@c.d", "a@b\u{3164}.c",
        "a@b\u{FE0F}.c", "a@½.c", "a@Ⅷ.c", "a@b_c.d", "a\u{FF20}b@c.d", "a\u{FF0E}@b.c", "a@\u{301}b.c",
    ])
    func `Anything else is refused`(text: String) async {
        #expect(await refusal { try EmailAddress(text) } == Refusal(.invalidArgument, "Invalid email address"))
    }

    @Test func `Addresses that differ in composition are one address`() throws {
        #expect(try EmailAddress("mu\u{308}ller@example.com") == EmailAddress("müller@example.com"))
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

extension String {
    /// As long as a request may be; putting its accents in order would take a minute.
    static let pileOfAccents = "a" + String(repeating: "\u{301}\u{316}", count: 250_000)
}
