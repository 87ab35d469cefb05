extension Migrations {
    /// Who changed what, keys for scripts, and what users are searched by.
    static let auditAndKeys = Migration(
        number: 10, name: "audit and keys",
        ddl: """
            -- Username, e-mail address and the person's names, folded; NULL for rows that were not written since.
            ALTER TABLE users ADD COLUMN search_folded {text};

            -- Only ever added to. Nothing refers to users, roles or roots: they may be gone, and the event stays.
            CREATE TABLE audit_events (
                id {id},
                at_us {int} NOT NULL,
                author_kind {text} NOT NULL,
                author_id {int},
                author_name {text} NOT NULL,
                address {text},
                action {text} NOT NULL,
                target_kind {text} NOT NULL,
                target_id {int},
                target_name {text} NOT NULL,
                changes {text} NOT NULL
            ){strict};
            CREATE INDEX audit_events_by_target ON audit_events (target_kind, target_id);
            CREATE INDEX audit_events_by_author ON audit_events (author_id);

            CREATE TABLE api_keys (
                id {id},
                key_hash {blob} NOT NULL UNIQUE,
                user_id {int} NOT NULL REFERENCES users (id),
                name {text} NOT NULL,
                -- NULL for all that the owner may do.
                permissions {text},
                created_at_us {int} NOT NULL,
                expires_at_us {int},
                last_used_at_us {int}
            ){strict};
            CREATE INDEX api_keys_by_user ON api_keys (user_id);
            """)
}
