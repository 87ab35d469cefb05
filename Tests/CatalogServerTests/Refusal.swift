import CatalogCore

/// What a call was refused with, in a form that tests compare.
struct Refusal: Equatable {
    let code: CatalogError.Code
    let message: String

    init(_ code: CatalogError.Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let invalidCredentials = Refusal(.unauthenticated, "invalid credentials")
    static let invalidRefreshToken = Refusal(.unauthenticated, "invalid refresh token")
    static let invalidToken = Refusal(.unauthenticated, "Invalid token")
    static let expiredToken = Refusal(.unauthenticated, "Token has expired")
    static let revokedToken = Refusal(.unauthenticated, "Token has been revoked")
    static let locked = Refusal(.permissionDenied, "Account is locked")
}

/// What `body` was refused with; nil when it went through. An error of another type appears with its text, which no
/// test expects.
func refusal<Value>(_ body: () async throws -> Value) async -> Refusal? {
    do {
        _ = try await body()
        return nil
    } catch let error as CatalogError {
        return Refusal(error.code, error.message)
    } catch {
        return Refusal(.internalError, "\(error)")
    }
}
