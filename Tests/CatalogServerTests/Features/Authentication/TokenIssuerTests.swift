import CatalogCore
import CatalogServer
import CatalogTestSupport
import Crypto
import Foundation
import Testing

@Suite struct TokenIssuerTests {
    private let header = #"{"alg":"HS256","typ":"JWT"}"#

    /// A token with any header and claims, signed as the test says.
    private func forge(
        header: String, claims: [String: Any], secret: String = AuthenticationFixture.secret
    ) throws -> String {
        let payload = try JSONSerialization.data(withJSONObject: claims)
        let input = base64URL(Data(header.utf8)) + "." + base64URL(payload)
        let code = HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return input + "." + base64URL(Data(code))
    }

    private func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Claims as ours are, for a session that exists.
    private func claims(of token: String) throws -> [String: Any] {
        var text = token.split(separator: ".")[1].replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: String(text)))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `A token carries the documented claims`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator")
            let claims = try claims(of: signedIn.accessToken.text)
            #expect(
                Set(claims.keys) == [
                    "user_id", "username", "role_id", "session_id", "exp", "iat", "iss", "sub", "jti", "typ",
                ])
            #expect(claims["user_id"] as? Int64 == 1)
            #expect(claims["username"] as? String == "admin")
            #expect(claims["role_id"] as? Int64 == 1)
            #expect(claims["iss"] as? String == "catalogizer")
            #expect(claims["sub"] as? String == "1")
            #expect(claims["exp"] as? Int64 == signedIn.accessToken.expiresAt / 1_000_000)
            #expect(claims["iat"] as? Int64 == fixture.clock.now / 1_000_000)
        }
    }

    @Test func `A time in a token may be any number`() async throws {
        try await AuthenticationFixture.with { fixture in
            var claims = try claims(of: try await fixture.login("admin", "administrator").accessToken.text)
            claims["exp"] = Int64.max
            let eternal = try forge(header: header, claims: claims)
            #expect(try await fixture.sessions.authenticate(bearer: eternal).username == "admin")
            claims["nbf"] = Int64.max
            let unborn = try forge(header: header, claims: claims)
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: unborn) } == .invalidToken)
        }
    }

    @Test func `A token forged with the right key and our form would pass, so the tests below test their forgery`()
        async throws
    {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            let copy = try forge(header: header, claims: try claims(of: token))
            #expect(try await fixture.sessions.authenticate(bearer: copy).username == "admin")
        }
    }

    @Test(arguments: [
        #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"None","typ":"JWT"}"#, #"{"alg":"HS384","typ":"JWT"}"#,
        #"{"alg":"HS512","typ":"JWT"}"#, #"{"alg":"RS256","typ":"JWT"}"#, #"{"typ":"JWT"}"#, #"{"alg":"HS256"}"#,
        #"{"alg":"HS256","typ":"at+jwt"}"#, #"{"alg":"HS256","typ":"JWT","kid":"1"}"#,
        #"{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}"#,
        #"{"alg":"HS256","typ":"JWT","jku":"http://192.0.2.9/"}"#,
        #"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}"#, #"{"alg":"HS256","typ":"JWT","crit":["b64"]}"#,
        #"{"alg":["HS256"],"typ":"JWT"}"#, "[]", "",
    ])
    func `A header that is not exactly ours is refused, whatever signs it`(header: String) async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            let forged = try forge(header: header, claims: try claims(of: token))
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: forged) } == .invalidToken)
            let unsigned =
                forged.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".") + "."
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: unsigned) } == .invalidToken)
        }
    }

    @Test func `A signature by another key is refused`() async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            for secret in ["", "secret", AuthenticationFixture.secret + " "] {
                let forged = try forge(header: header, claims: try claims(of: token), secret: secret)
                #expect(await refusal { try await fixture.sessions.authenticate(bearer: forged) } == .invalidToken)
            }
        }
    }

    @Test(
        arguments: [
            ("iss", "somebody"), ("typ", "refresh"), ("sub", "2"), ("user_id", 2), ("exp", "tomorrow"), ("exp", -1),
            ("session_id", 7), ("iss", NSNull()), ("jti", NSNull()),
        ] as [(String, any Sendable)])
    func `Claims that are not ours are refused`(name: String, value: any Sendable) async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            var claims = try claims(of: token)
            claims[name] = value
            let forged = try forge(header: header, claims: claims)
            let refused = await refusal { try await fixture.sessions.authenticate(bearer: forged) }
            #expect(refused == .invalidToken || refused == .expiredToken)
        }
    }

    @Test(arguments: ["iat", "nbf"])
    func `A token from the future is refused, but for half a minute`(name: String) async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            var claims = try claims(of: token)
            let now = fixture.clock.now / 1_000_000
            claims[name] = now + 31
            let future = try forge(header: header, claims: claims)
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: future) } == .invalidToken)
            claims[name] = now + 30
            _ = try await fixture.sessions.authenticate(bearer: try forge(header: header, claims: claims))
        }
    }

    @Test func `A token lives 24 hours and the half minute that clocks may differ`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator", rememberMe: true)
            #expect(signedIn.accessToken.expiresAt == fixture.clock.now + 24 * 3_600 * 1_000_000)
            fixture.clock.advance(by: .seconds(24 * 3_600 + 29))
            _ = try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text)
            fixture.clock.advance(by: .seconds(1))
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text) }
                    == .expiredToken)
        }
    }

    @Test(arguments: [
        "", ".", "..", "a.b", "a.b.c.d", "Bearer x.y.z", "\u{0}", "🙂.🙂.🙂", String(repeating: "a.", count: 2_000),
    ])
    func `What is no token at all is refused`(text: String) async throws {
        try await AuthenticationFixture.with { fixture in
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: text) } == .invalidToken)
        }
    }

    @Test func `A refresh token is no session token`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator")
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: signedIn.refreshToken) }
                    == .invalidToken)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: signedIn.accessToken.text) }
                    == .invalidRefreshToken)
        }
    }

    @Test func `A secret of fewer than 32 characters is refused`() async {
        let clock = ManualClock()
        let secret = String(repeating: "x", count: 31)
        #expect(
            await refusal { try await TokenIssuer(secret: secret, time: clock.source, random: .system) }
                == Refusal(.invalidArgument, "auth.jwt_secret must have at least 32 characters"))
    }
}
