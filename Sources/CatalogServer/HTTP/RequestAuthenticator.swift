package import CatalogCore

/// Turns what a request shows into the one who sends it.
///
/// Each call looks at the state of the session as it is now.
///
/// - Throws: `CatalogError.unauthenticated` with the text of `ErrorText` that fits; `.unavailable` when it cannot tell.
package protocol RequestAuthenticator: Sendable {
    /// The caller behind an access token (RFC 6750), without the word `Bearer`.
    func caller(bearer token: String) async throws -> Caller
    /// The caller behind a stream ticket, which stays as it is.
    func caller(ticket: String) async throws -> Caller
    /// Uses a stream ticket up, once nothing stands in the way of the stream. Of several calls at once one succeeds.
    func spend(ticket: String) async throws
    /// The caller behind a signed download link.
    func caller(link token: String) async throws -> Caller
    /// Whether the session behind a caller still lives. Asked several times a second for every open event stream.
    func isAlive(_ caller: Caller) async -> Bool
}

extension Caller {
    /// A caller whose role is not stored, for authenticators that do not ask the database.
    package init(
        userID: UserID, username: String, permissions: PermissionSet, sessionID: String?,
        scope: AccessScope = .everything
    ) {
        self.init(
            userID: userID, username: username, roleID: 0, roleName: "", permissions: permissions, sessionID: sessionID,
            scope: scope)
    }
}
