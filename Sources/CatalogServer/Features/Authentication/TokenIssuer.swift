package import CatalogCore
import Crypto
import JWTKit
import Synchronization

/// Signs session tokens and checks them: JWT with HMAC-SHA-256 and one key, and nothing else that JWT allows.
package final class TokenIssuer: Sendable {
    /// How far the clocks of two nodes may differ.
    private static let leewaySeconds: Int64 = 30
    /// Members that a header of ours has. A token with any other (`kid`, `jwk`, `crit`, …) is not ours.
    private static let headerFields: Set<String> = ["alg", "typ"]

    private let keys: JWTKeyCollection
    private let time: TimeSource
    private let random: RandomSource
    /// Tokens whose signature was found right, by their hash: checking one takes ten times as long as a look here.
    private let checked = Mutex<[SHA256.Digest: AccessClaims]>([:])

    /// - Parameter secret: the key (`auth.jwt_secret`).
    /// - Throws: `CatalogError.invalidArgument` when the secret has fewer than 32 characters.
    package init(secret: String, time: TimeSource, random: RandomSource) async throws {
        guard secret.utf8.count >= 32 else {
            throw CatalogError(.invalidArgument, "auth.jwt_secret must have at least 32 characters")
        }
        keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        self.time = time
        self.random = random
    }

    /// A token for `user` in the session `sessionID`.
    ///
    /// - Parameter expiresAt: microseconds since 1970, whole seconds.
    package func sign(_ user: User, sessionID: String, expiresAt: Int64) async throws -> AccessToken {
        let now = time.now / 1_000_000
        let claims = AccessClaims(
            userID: user.id, username: user.username, roleID: user.roleID, sessionID: sessionID,
            expiresAt: expiresAt / 1_000_000, issuedAt: now, notBefore: nil, issuer: AccessClaims.issuer,
            subject: "\(user.id)", tokenID: random.hex(bytes: 16), type: AccessClaims.type)
        do {
            return AccessToken(text: try await keys.sign(claims), expiresAt: expiresAt)
        } catch {
            throw CatalogError.internalError("a session token cannot be signed: \(error)")
        }
    }

    /// The claims of a token that we signed and that is valid now. Whether its session still is, the database says.
    ///
    /// - Throws: `CatalogError.unauthenticated`.
    package func verify(_ token: String) async throws -> AccessClaims {
        guard token.utf8.count <= Limits.accessTokenBytes else { throw AuthenticationFailure.invalidToken }
        let bytes = Array(token.utf8)
        let digest = SHA256.hash(data: bytes)
        let claims: AccessClaims
        if let known = checked.withLock({ $0[digest] }) {
            claims = known
        } else {
            claims = try await checkSignature(bytes)
            remember(claims, digest)
        }
        let now = time.now / 1_000_000
        // The leeway goes to our time: the one in the token may be any number.
        guard now - Self.leewaySeconds < claims.expiresAt else { throw AuthenticationFailure.expiredToken }
        guard max(claims.issuedAt, claims.notBefore ?? 0) <= now + Self.leewaySeconds else {
            throw AuthenticationFailure.invalidToken
        }
        return claims
    }

    private func checkSignature(_ token: [UInt8]) async throws -> AccessClaims {
        do {
            let header = try DefaultJWTParser().parse(token, as: AccessClaims.self).header
            guard header.alg == "HS256", header.typ == "JWT", Self.headerFields.isSuperset(of: header.fields.keys)
            else {
                throw AuthenticationFailure.invalidToken
            }
            return try await keys.verify(token, as: AccessClaims.self)
        } catch {
            // One answer for every kind of forgery; which it was helps only the forger.
            throw AuthenticationFailure.invalidToken
        }
    }

    private func remember(_ claims: AccessClaims, _ digest: SHA256.Digest) {
        checked.withLock { checked in
            // Starting over is cheaper than keeping an order: each live token is checked once more.
            if checked.count >= Limits.callersCached { checked.removeAll(keepingCapacity: true) }
            checked[digest] = claims
        }
    }
}
