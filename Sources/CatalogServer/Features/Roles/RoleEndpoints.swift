/// The endpoints of roles.
enum RoleEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/roles", id: "roles.list", "List the roles", tag: .roles)
            .described("System roles first, then by name.")
            .requires("system.admin")
            .answers(200, arrayOf: "Role"),
        Endpoint(.post, "/api/v1/roles", id: "roles.create", "Make a role", tag: .roles)
            .requires("system.admin")
            .body("RoleRequest")
            .answers(201, "Role").fails(400, 409),
        Endpoint(
            .get, "/api/v1/roles/permissions", id: "roles.permissions", "The permissions that there are", tag: .roles
        )
        .described("By category. A role may also have patterns: `media.*`, or `*` for everything.")
        .requires("system.admin")
        .answers(200, "PermissionCatalog"),
        Endpoint(.get, "/api/v1/roles/{id}", id: "roles.get", "Describe a role", tag: .roles)
            .requires("system.admin")
            .answers(200, "Role").fails(400, 404),
        Endpoint(.put, "/api/v1/roles/{id}", id: "roles.update", "Change a role", tag: .roles)
            .described("Absent fields stay as they are. What users with the role may do changes at once.")
            .requires("system.admin")
            .body("RoleRequest")
            .answers(200, "Role").fails(400, 403, 404, 409),
        Endpoint(.delete, "/api/v1/roles/{id}", id: "roles.delete", "Delete a role that nobody has", tag: .roles)
            .requires("system.admin")
            .answers(204).fails(400, 403, 404, 409),
    ]
}
