/// What the endpoints of roles answer.
enum RoleOutcomes {
    static let all = [list, creation, permissions, description, change, removal]

    private static let list = EndpointOutcomes(
        "roles.list", "roles", [.success(200, "the administrator", showing: #"[{"id":1,"name":"admin""#)])

    private static let creation = EndpointOutcomes(
        "roles.create", "roles",
        [
            .success(
                201, "a new role",
                showing: #""permissions":["media.view","media.*"],"storage_scope":null,"is_system":false"#
            )
            .sending(#"{"name":"Editor","permissions":["media.view","media.*","media.view"]}"#),
            .success(201, "no permissions", showing: #""description":null,"permissions":[]"#)
                .sending(#"{"name":"Nobody at all"}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "no name", "Role name is required").sending(#"{"permissions":[]}"#),
            .failure(400, "a blank name", "Role name is required").sending(#"{"name":"  "}"#),
            .failure(400, "a short name", "Role name must be 2 to 50 characters long").sending(#"{"name":" x "}"#),
            .failure(400, "a name that turns the text around", "Role name must not contain control characters")
                .sending(#"{"name":"abc\u202edef"}"#),
            .failure(400, "a permission of another form", "Invalid permission: Media View")
                .sending(#"{"name":"other","permissions":["Media View"]}"#),
            .failure(400, "permissions that are no list", "Invalid request body", members: #""field":"permissions""#)
                .sending(#"{"name":"other","permissions":"media.view"}"#),
            .failure(409, "a name in use, written differently", "Role name already exists")
                .sending(#"{"name":"EDITOR"}"#),
            .failure(409, "the name of a system role", "Role name already exists").sending(#"{"name":"Admin"}"#),
        ])

    private static let permissions = EndpointOutcomes(
        "roles.permissions", "roles/permissions",
        [.success(200, "the administrator", showing: #"{"user_management":{"create_user":"user.create","view_user""#)])

    private static let description = EndpointOutcomes(
        "roles.get", "roles/2",
        [
            .success(200, "a role", showing: #""name":"user""#),
            .failure(400, "no number", "Invalid role ID").at("roles/x"),
            .failure(404, "an unknown number", "Role not found").at("roles/99"),
        ])

    private static let change = EndpointOutcomes(
        "roles.update", "roles/{role}",
        [
            .success(200, "one member", showing: #""description":"Edits","permissions":["media.view","media.edit"]"#)
                .sending(#"{"description":"Edits"}"#).after(.roleMade),
            .success(200, "its own name again", showing: #""name":"EDITOR","description":null"#)
                .sending(#"{"name":"EDITOR","description":null}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "an empty name", "Role name is required").sending(#"{"name":""}"#),
            .failure(403, "a system role", "System roles cannot be modified").at("roles/2").sending("{}"),
            .failure(404, "an unknown number", "Role not found").at("roles/99").sending("{}"),
            .failure(409, "the name of another role", "Role name already exists").sending(#"{"name":"viewer"}"#),
        ])

    private static let removal = EndpointOutcomes(
        "roles.delete", "roles/{role}",
        [
            .failure(409, "a role that somebody has", "Cannot delete role that is assigned to users")
                .after(.roleGiven),
            .failure(400, "no number", "Invalid role ID").at("roles/x"),
            .failure(403, "a system role", "System roles cannot be deleted").at("roles/4"),
            .failure(404, "an unknown number", "Role not found").at("roles/99"),
            .success(204, "a role that nobody has").after(.roleFree),
            .failure(404, "the same again", "Role not found"),
        ])
}
