/// What the endpoints below `/api/v1/auth` answer.
enum AuthenticationOutcomes {
    static let all =
        [login, registration, refresh] + account + password("auth.changePassword", "auth/change-password")
        + password("auth.password", "auth/password")

    private static let login = EndpointOutcomes(
        "auth.login", "auth/login",
        [
            .success(200, "the right password", showing: #""session_token":""#)
                .sending(#"{"username":"admin","password":"administrator"}"#).by(.nobody),
            .success(200, "an e-mail address", showing: #""username":"ada""#)
                .sending(#"{"username":"Ada@example.com","password":"password of ada"}"#).by(.nobody),
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{").by(.nobody),
            .failure(400, "no password", "Invalid request format", members: #""field":"password""#)
                .sending(#"{"username":"admin"}"#).by(.nobody),
            .failure(401, "a wrong password", "invalid credentials")
                .sending(#"{"username":"admin","password":"a guess"}"#).by(.nobody),
            .failure(401, "a name that nobody has", "invalid credentials")
                .sending(#"{"username":"nobody","password":"administrator"}"#).by(.nobody),
            .failure(403, "an account that is disabled", "Account is disabled")
                .sending(#"{"username":"ada","password":"password of ada"}"#).by(.nobody).after(.adaDisabled),
            .failure(403, "a locked account", "Account is locked", members: #""locked_until":"2024-01-15T10:45:00Z""#)
                .sending(#"{"username":"ada","password":"password of ada"}"#).by(.nobody).after(.adaLocked),
            .failure(503, "a server that stops", "The server is stopping")
                .sending(#"{"username":"admin","password":"administrator"}"#).by(.nobody).after(.stopping),
        ])

    private static let registration = EndpointOutcomes(
        "auth.register", "auth/register",
        [
            .success(201, "a new name", showing: #""username":"grace""#)
                .sending(form("grace", "grace@example.com")).by(.nobody),
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{").by(.nobody),
            .failure(400, "nothing filled in", "username is required").sending("{}").by(.nobody),
            .failure(400, "no address", "Invalid email address").sending(form("eve", "eve")).by(.nobody),
            .failure(400, "a short password", "Password must be at least 8 characters long")
                .sending(form("eve", "eve@example.com", password: "short")).by(.nobody),
            .failure(409, "a name in use", "Username already exists")
                .sending(form("ADA", "eve@example.com")).by(.nobody),
            .failure(409, "an address in use", "Email already exists")
                .sending(form("eve", "ADA@example.com")).by(.nobody),
            .failure(503, "a server that stops", "The server is stopping")
                .sending(form("eve", "eve@example.com")).by(.nobody).after(.stopping),
            .failure(403, "registration is closed", "Registration is disabled")
                .sending(form("eve", "eve@example.com")).by(.nobody).after(.registrationClosed),
        ])

    private static func form(_ name: String, _ email: String, password: String = "long enough") -> String {
        #"{"username":"\#(name)","email":"\#(email)","password":"\#(password)","first_name":"A","last_name":"B"}"#
    }

    private static let refresh = EndpointOutcomes(
        "auth.refresh", "auth/refresh",
        [
            .success(200, "a refresh token", showing: #""refresh_token":""#)
                .sending(#"{"refresh_token":"{refresh}"}"#).by(.nobody).after(.adaLoggedIn),
            .failure(401, "the same one again", "invalid refresh token")
                .sending(#"{"refresh_token":"{refresh}"}"#).by(.nobody),
            .success(200, "no body, but a session", showing: #""username":"ada""#).by(.viewer),
            .failure(400, "no body and no session", "Invalid request format").by(.nobody),
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{").by(.nobody),
            .failure(401, "a token that nobody knows", "invalid refresh token")
                .sending(#"{"refresh_token":"x"}"#).by(.nobody),
            .failure(503, "no database", "The database is closed")
                .sending(#"{"refresh_token":"x"}"#).by(.nobody).after(.databaseAway),
        ])

    private static let account = [
        EndpointOutcomes("auth.me", "auth/me", [.success(200, "a session", showing: #""username":"ada""#).by(.viewer)]),
        EndpointOutcomes(
            "auth.profile", "auth/profile", [.success(200, "a session", showing: #""username":"ada""#).by(.viewer)]),
        EndpointOutcomes(
            "auth.updateProfile", "auth/profile",
            [
                .success(200, "another name", showing: #""first_name":"Augusta""#)
                    .sending(#"{"first_name":"Augusta"}"#),
                .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
                .failure(400, "a name that shows nothing", "first_name is required").sending(#"{"first_name":" "}"#),
                .failure(409, "an address in use", "Email already exists").sending(#"{"email":"ada@example.com"}"#),
            ]),
        EndpointOutcomes(
            "auth.status", "auth/status",
            [
                .success(200, "a session", showing: #""authenticated":true"#),
                .success(200, "no session", showing: #""authenticated":false"#).by(.nobody),
                .failure(503, "no database", "The database is closed").after(.databaseAway),
            ]),
        EndpointOutcomes(
            "auth.permissions", "auth/permissions",
            [.success(200, "a session", showing: #""role":"viewer""#).by(.viewer)]),
        EndpointOutcomes(
            "auth.initStatus", "auth/init-status",
            [
                .success(200, "anybody", showing: #""user_count":2"#).by(.nobody),
                .failure(503, "no database", "The database is closed").by(.nobody).after(.databaseAway),
            ]),
        EndpointOutcomes(
            "auth.streamTicket", "auth/stream-ticket", [.success(200, "a session", showing: #""expires_in":30"#)]),
        EndpointOutcomes(
            "auth.logout", "auth/logout",
            [.success(200, "a session", showing: #"{"message":"Logged out successfully"}"#)]),
    ]

    /// Both names of the one endpoint. The server that stops comes apart, since it would not hear of guesses.
    private static func password(_ id: String, _ path: String) -> [EndpointOutcomes] {
        let right = #"{"current_password":"administrator","new_password":"another password"}"#
        return [
            EndpointOutcomes(
                id, path,
                [
                    .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
                    .failure(400, "a guess", "Current password is incorrect")
                        .sending(#"{"current_password":"a guess","new_password":"another password"}"#),
                    .failure(400, "a short password", "Password must be at least 8 characters long")
                        .sending(#"{"current_password":"administrator","new_password":"short"}"#),
                    .success(200, "the right password", showing: #"{"message":"Password changed successfully"}"#)
                        .sending(right),
                    .failure(
                        403, "after many guesses", "Account is locked",
                        members: #""locked_until":"2024-01-15T10:45:00Z""#
                    ).sending(right).after(.administratorLocked),
                ]),
            EndpointOutcomes(
                id, path,
                [.failure(503, "a server that stops", "The server is stopping").sending(right).after(.stopping)]),
        ]
    }
}
