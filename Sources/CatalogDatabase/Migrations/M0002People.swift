extension Migrations {
    /// Roles, users, sessions and everything that a session may hand out.
    static let people = Migration(
        number: 2, name: "people",
        ddl: """
            CREATE TABLE roles (
                id {id},
                name {text} NOT NULL,
                name_folded {text} NOT NULL UNIQUE,
                description {text},
                permissions {text} NOT NULL,
                storage_scope {text},
                is_system {int} NOT NULL,
                created_at_us {int} NOT NULL,
                updated_at_us {int} NOT NULL
            ){strict};

            CREATE TABLE users (
                id {id},
                username {text} NOT NULL,
                username_folded {text} NOT NULL UNIQUE,
                email {text} NOT NULL,
                email_folded {text} NOT NULL UNIQUE,
                password_hash {text} NOT NULL,
                role_id {int} NOT NULL REFERENCES roles (id),
                first_name {text},
                last_name {text},
                display_name {text},
                avatar_url {text},
                time_zone {text},
                language {text},
                settings {text} NOT NULL,
                is_active {int} NOT NULL,
                must_change_password {int} NOT NULL,
                failed_login_attempts {int} NOT NULL,
                locked_until_us {int},
                last_login_at_us {int},
                last_login_ip {text},
                created_at_us {int} NOT NULL,
                updated_at_us {int} NOT NULL
            ){strict};

            -- Failures of the last active administrator count for each address, so that nobody can lock the owner out.
            CREATE TABLE login_failures (
                user_id {int} NOT NULL REFERENCES users (id),
                address {text} NOT NULL,
                failures {int} NOT NULL,
                locked_until_us {int},
                updated_at_us {int} NOT NULL,
                PRIMARY KEY (user_id, address)
            ){strict};

            CREATE TABLE sessions (
                id {text} NOT NULL PRIMARY KEY,
                user_id {int} NOT NULL REFERENCES users (id),
                device_info {text} NOT NULL,
                ip_address {text},
                user_agent {text},
                remember_me {int} NOT NULL,
                access_expires_at_us {int} NOT NULL,
                refresh_expires_at_us {int} NOT NULL,
                created_at_us {int} NOT NULL,
                last_activity_at_us {int} NOT NULL,
                revoked_at_us {int}
            ){strict};
            CREATE INDEX sessions_by_user ON sessions (user_id);

            -- A refresh token works once; a used one that comes back ends its session.
            CREATE TABLE refresh_tokens (
                token_hash {blob} NOT NULL PRIMARY KEY,
                session_id {text} NOT NULL REFERENCES sessions (id),
                expires_at_us {int} NOT NULL,
                used_at_us {int}
            ){strict};
            CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

            CREATE TABLE stream_tickets (
                token_hash {blob} NOT NULL PRIMARY KEY,
                session_id {text} NOT NULL REFERENCES sessions (id),
                expires_at_us {int} NOT NULL
            ){strict};

            CREATE TABLE download_links (
                id {id},
                token_hash {blob} NOT NULL UNIQUE,
                user_id {int} NOT NULL REFERENCES users (id),
                entry_id {int} NOT NULL,
                created_at_us {int} NOT NULL,
                expires_at_us {int} NOT NULL,
                revoked_at_us {int}
            ){strict};
            """)
}
