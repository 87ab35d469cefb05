extension Migrations {
    /// The storage roots.
    static let storage = Migration(
        number: 3, name: "storage",
        ddl: """
            CREATE TABLE storage_roots (
                id {id},
                slug {text} NOT NULL,
                name {text} NOT NULL,
                name_folded {text} NOT NULL,
                protocol {text} NOT NULL,
                url {text} NOT NULL,
                host {text},
                port {int},
                path {text},
                username {text},
                domain {text},
                password_sealed {blob},
                mount_point {text},
                options {text},
                enabled {int} NOT NULL,
                allow_overlap {int} NOT NULL,
                max_depth {int},
                enable_duplicate_detection {int} NOT NULL,
                enable_metadata_extraction {int} NOT NULL,
                include_patterns {text} NOT NULL,
                exclude_patterns {text} NOT NULL,
                -- What the root was when it was last scanned (file system, inode, birth): another one is another disk.
                identity {text},
                status {text} NOT NULL,
                last_error {text},
                last_checked_at_us {int},
                last_scan_at_us {int},
                created_at_us {int} NOT NULL,
                updated_at_us {int} NOT NULL,
                deleted_at_us {int}
            ){strict};
            CREATE UNIQUE INDEX storage_roots_by_name ON storage_roots (name_folded) WHERE deleted_at_us IS NULL;
            CREATE UNIQUE INDEX storage_roots_by_slug ON storage_roots (slug) WHERE deleted_at_us IS NULL;
            """)
}
