import CatalogCore
import CatalogServer
import Synchronization

/// Knows a few tokens by name: `admin` may do everything, `viewer` may `media.view`, `nobody` may nothing; `expired`
/// and `revoked` are refused as such, everything else as invalid.
///
/// The ticket `ticket` works once.
final class FakeAuthenticator: RequestAuthenticator {
    private struct State {
        var isTicketUsed = false
        var deadUsers: Set<UserID> = []
    }

    private let state = Mutex(State())
    /// How often somebody asked whether a session lives: event streams do so once a second.
    let lifeChecks = CallCount()

    init() {}

    func caller(bearer token: String) throws -> Caller {
        switch token {
        case "admin": return make(1, token, ["*"])
        case "viewer": return make(2, token, ["media.view"])
        case "nobody": return make(3, token, [])
        case "expired": throw CatalogError(.unauthenticated, ErrorText.tokenExpired)
        case "revoked": throw CatalogError(.unauthenticated, ErrorText.tokenRevoked)
        default: throw CatalogError(.unauthenticated, ErrorText.tokenInvalid)
        }
    }

    func caller(ticket: String) throws -> Caller {
        guard ticket == "ticket", !state.withLock({ $0.isTicketUsed }) else {
            throw CatalogError(.unauthenticated, "Invalid or expired ticket")
        }
        return make(2, "viewer", ["media.view"])
    }

    func spend(ticket: String) throws {
        _ = try caller(ticket: ticket)
        state.withLock { $0.isTicketUsed = true }
    }

    func caller(link token: String) throws -> Caller {
        guard token == "link" else { throw CatalogError(.unauthenticated, "Invalid or expired download link") }
        var caller = make(2, "viewer", ["media.view"])
        caller.linkID = 7
        return caller
    }

    func isAlive(_ caller: Caller) -> Bool {
        lifeChecks.add()
        return state.withLock { !$0.deadUsers.contains(caller.userID) }
    }

    /// Ends every session of a user.
    func kill(user: Int64) {
        state.withLock { _ = $0.deadUsers.insert(user) }
    }

    private func make(_ id: Int64, _ name: String, _ permissions: [String]) -> Caller {
        Caller(userID: id, username: name, permissions: PermissionSet(permissions), sessionID: "session-\(id)")
    }
}
