import CatalogDatabase

/// SQL over `roles`.
enum RoleQueries {
    private static let columns = """
        id, name, description, permissions, storage_scope, is_system, created_at_us, updated_at_us
        """

    static let byID = SQLStatement("SELECT \(columns) FROM roles WHERE id = $1")

    static let byName = SQLStatement("SELECT \(columns) FROM roles WHERE name_folded = $1")

    static let all = SQLStatement("SELECT \(columns) FROM roles ORDER BY is_system DESC, name_folded, id")

    static let insert = SQLStatement(
        """
        INSERT INTO roles (name, name_folded, description, permissions, storage_scope, is_system, created_at_us,
            updated_at_us)
        VALUES ($1, $2, $3, $4, $5, 0, $6, $6) RETURNING id
        """)

    static let update = SQLStatement(
        """
        UPDATE roles SET name = $2, name_folded = $3, description = $4, permissions = $5, storage_scope = $6,
            updated_at_us = $7
        WHERE id = $1
        """)

    /// Every root, hidden ones included: they may come back.
    static let roots = SQLStatement("SELECT id, name, name_folded, slug, deleted_at_us FROM storage_roots")

    static let isInUse = SQLStatement("SELECT 1 FROM users WHERE role_id = $1 LIMIT 1")

    static let delete = SQLStatement("DELETE FROM roles WHERE id = $1")

    static let insertWithID = SQLStatement(
        """
        INSERT INTO roles (id, name, name_folded, description, permissions, storage_scope, is_system, created_at_us,
            updated_at_us)
        VALUES ($1, $2, $3, $4, $5, NULL, 1, $6, $6)
        """)

    /// A fork, because only PostgreSQL keeps a sequence that rows with a given id do not move; without this the first
    /// role that somebody makes would get an id that is taken.
    static let skipGivenIDs = SQLStatement(
        sqlite: "SELECT 1",
        postgreSQL: "SELECT setval(pg_get_serial_sequence('roles', 'id'), (SELECT MAX(id) FROM roles))")
}
