/// What the endpoints of users answer. The administrator is number 1, Ada number 2.
enum UserOutcomes {
    static let all = [creation, list, description, change, removal, passwordReset, lock, unlock]

    private static let taken = "Username or email already exists"

    private static let creation = EndpointOutcomes(
        "users.create", "users",
        [
            .success(
                201, "what the document shows", showing: #""username":"johndoe","email":"john@example.com","role_id":2"#
            )
            .sending(
                #"""
                {"username":"johndoe","email":"john@example.com","password":"securepassword123","role_id":2,
                "first_name":"John","last_name":"Doe","display_name":"John D.","time_zone":"America/New_York",
                "language":"en","is_active":true}
                """#),
            .success(201, "nothing but what must be", showing: #""role_id":2"#).sending(form("jane")),
            .success(201, "a disabled one", showing: #""is_active":false,"is_locked":false"#)
                .sending(form("off", #","is_active":false,"settings":{"theme":"dark"}"#)),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "nothing filled in", "username is required").sending("{}"),
            .failure(400, "null", "username is required").sending(#"{"username":null}"#),
            .failure(400, "no address", "email is required").sending(#"{"username":"eve"}"#),
            .failure(400, "an empty password", "password is required")
                .sending(#"{"username":"eve","email":"eve@example.com","password":""}"#),
            .failure(400, "a short password", "Password must be at least 8 characters long")
                .sending(form("eve", password: "short")),
            .failure(400, "a NUL", "Invalid request body").sending(form(#"ev\u0000e"#)),
            .failure(400, "a name that turns the text around", "Username may only contain letters, digits and . _ @ -")
                .sending(form(#"ev\u202ee"#)),
            .failure(400, "a blank name", "first_name is required").sending(form("eve", #","first_name":" ""#)),
            .failure(400, "an unknown role", "Invalid role").sending(form("eve", #","role_id":99"#)),
            .failure(400, "a role that is no number", "Invalid request body", members: #""field":"role_id""#)
                .sending(form("eve", #","role_id":"2""#)),
            .failure(409, "a name in use", taken).sending(form("ADA", email: "eve")),
            .failure(409, "an address in use", taken).sending(form("eve", email: "ADA")),
            .failure(403, "a role that may do more", "You cannot give a role that may do more than you")
                .sending(form("eve", #","role_id":1"#)).by(.viewer).after(.adaManagesUsers),
            .failure(503, "a server that stops", "The server is stopping").sending(form("late")).after(.stopping),
        ])

    private static func form(
        _ name: String, _ more: String = "", email: String? = nil, password: String = "long enough"
    ) -> String {
        let address = (email ?? String(name.prefix { $0.isLetter })) + "@example.com"
        return #"{"username":"\#(name)","email":"\#(address)","password":"\#(password)"\#(more)}"#
    }

    private static let list = EndpointOutcomes(
        "users.list", "users",
        [
            .success(200, "everybody", showing: #""total_count":2,"limit":50,"offset":0}"#),
            .success(200, "a part of a name", showing: #"{"users":[{"id":2,"username":"ada""#).at(
                "users?search=AD&is_active=1"),
            .success(200, "a role that nobody has", showing: #"{"users":[],"total_count":0"#).at("users?role_id=3"),
            .success(200, "more than a page holds", showing: #""limit":100"#).at("users?limit=1000"),
            .failure(400, "no truth value", "Invalid is_active: must be true or false").at("users?is_active=maybe"),
            .failure(400, "no number", "Invalid role_id: must be a whole number").at("users?role_id=x"),
        ])

    private static let description = EndpointOutcomes(
        "users.get", "users/2",
        [
            .success(200, "an account", showing: #""username":"ada""#),
            .success(200, "one's own", showing: #""username":"ada""#).by(.viewer),
            .failure(400, "no number", "Invalid user ID").at("users/me"),
            .failure(403, "somebody else's", "Insufficient permissions").at("users/1").by(.viewer),
            .failure(403, "nobody's", "Insufficient permissions").at("users/99").by(.viewer),
            .failure(404, "an unknown number", "User not found").at("users/99"),
        ])

    private static let change = EndpointOutcomes(
        "users.update", "users/2",
        [
            .success(200, "one's own", showing: #""display_name":"Countess""#)
                .sending(#"{"display_name":"Countess","role_id":4,"is_active":true}"#).by(.viewer),
            .failure(403, "one's own role", "Insufficient permissions").sending(#"{"role_id":2}"#).by(.viewer),
            .failure(403, "one's own state", "Insufficient permissions").sending(#"{"is_active":false}"#).by(.viewer),
            .failure(403, "somebody else's", "Insufficient permissions").at("users/1").sending("{}").by(.viewer),
            .failure(400, "no number", "Invalid user ID").at("users/x").sending("{}"),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "no name", "username is required").sending(#"{"username":null}"#),
            .failure(400, "no role", "role_id is required").sending(#"{"role_id":null}"#),
            .failure(400, "an unknown role", "Invalid role").sending(#"{"role_id":99}"#),
            .failure(404, "an unknown number", "User not found").at("users/99").sending("{}"),
            .failure(409, "a name in use", "Username already exists").sending(#"{"username":"Admin"}"#),
            .failure(409, "the last administrator", lastAdministrator).at("users/1").sending(#"{"role_id":2}"#),
            .failure(409, "the last administrator", lastAdministrator).at("users/1").sending(#"{"is_active":false}"#),
            .success(200, "all of it", showing: #""username":"countess","email":"countess@example.com","role_id":3"#)
                .sending(
                    #"""
                    {"username":"countess","email":"countess@example.com","role_id":3,"first_name":"Ada",
                    "last_name":"Lovelace","avatar_url":"https://example.com/avatar.jpg","settings":{"theme":"dark"}}
                    """#),
            .failure(400, "oneself, with another administrator there", "Cannot deactivate your own account")
                .at("users/1").sending(#"{"is_active":false}"#).after(.adaAdministrates),
        ])

    private static let lastAdministrator = "This is the last active administrator; make another one first"
    private static let above = "You cannot change an account that may do more than you"

    private static let removal = EndpointOutcomes(
        "users.delete", "users/2",
        [
            .failure(400, "no number", "Invalid user ID").at("users/x"),
            .failure(400, "one's own account", "Cannot delete your own account").at("users/1"),
            .failure(404, "an unknown number", "User not found").at("users/99"),
            .failure(403, "somebody who may do more", above).at("users/1").by(.viewer).after(.adaManagesUsers),
            .failure(409, "the last administrator", lastAdministrator).at("users/1").by(.viewer)
                .after(.adaMayDoEverything),
            .success(204, "somebody"),
            .failure(404, "the same again", "User not found"),
        ])

    private static let passwordReset = EndpointOutcomes(
        "users.resetPassword", "users/2/reset-password",
        [
            .success(200, "a new password", showing: #"{"message":"Password reset successfully"}"#)
                .sending(#"{"new_password":"newSecurePassword123"}"#),
            .failure(400, "no number", "Invalid user ID").at("users/x/reset-password").sending("{}"),
            .failure(400, "none", "new_password is required").sending("{}"),
            .failure(400, "a short one", "Password must be at least 8 characters long")
                .sending(#"{"new_password":"short"}"#),
            .failure(400, "a long one", "Password must be at most 128 characters long")
                .sending(#"{"new_password":"\#(String(repeating: "x", count: 129))"}"#),
            .failure(404, "an unknown number", "User not found").at("users/99/reset-password")
                .sending(#"{"new_password":"long enough"}"#),
            .failure(403, "somebody who may do more", above).at("users/1/reset-password")
                .sending(#"{"new_password":"long enough"}"#).by(.manager).after(.managerThere),
            .failure(503, "a server that stops", "The server is stopping")
                .sending(#"{"new_password":"long enough"}"#).after(.stopping),
        ])

    private static let lock = EndpointOutcomes(
        "users.lock", "users/2/lock",
        [
            .failure(400, "no number", "Invalid user ID").at("users/x/lock"),
            .failure(400, "no time", "lock_until must be a time such as 2024-02-01T00:00:00Z")
                .sending(#"{"lock_until":"tomorrow"}"#),
            .failure(400, "a day that is not there", "lock_until must be a time such as 2024-02-01T00:00:00Z")
                .sending(#"{"lock_until":"2030-02-30T00:00:00Z"}"#),
            .failure(400, "a number", "Invalid request body", members: #""field":"lock_until""#)
                .sending(#"{"lock_until":5}"#),
            .failure(400, "a time that is past", "lock_until must be in the future")
                .sending(#"{"lock_until":"2024-01-15T10:29:59Z"}"#),
            .failure(400, "oneself", "Cannot lock your own account").at("users/1/lock"),
            .failure(404, "an unknown number", "User not found").at("users/99/lock"),
            .success(200, "what the document shows", showing: #"{"message":"Account locked successfully"}"#)
                .sending(#"{"lock_until":"2024-02-01T00:00:00Z"}"#),
            .success(200, "without end").sending(#"{"lock_until":null}"#),
            .failure(403, "somebody who may do more", above).at("users/1/lock").by(.manager).after(.managerThere),
            .failure(409, "the last administrator", lastAdministrator).at("users/1/lock").by(.manager)
                .after(.managerMayDoEverything),
        ])

    private static let unlock = EndpointOutcomes(
        "users.unlock", "users/2/unlock",
        [
            .success(200, "a locked account", showing: #"{"message":"Account unlocked successfully"}"#).after(
                .adaLocked),
            .success(200, "one that is not locked"),
            .failure(400, "no number", "Invalid user ID").at("users/x/unlock"),
            .failure(404, "an unknown number", "User not found").at("users/99/unlock"),
            .failure(403, "somebody who may do more", above).at("users/1/unlock").by(.manager).after(.managerThere),
        ])
}
