extension Migrations {
    /// Which of the files that are equal somebody means to remove, and what became of it.
    static let duplicatePlans = Migration(
        number: 19, name: "duplicate_plans",
        ddl: """
            -- scope is what its maker might see, as text. is_built is 0 while it is being made, is_complete 0 when more could be
            -- removed than a plan holds. job_id is NULL until it is applied.
            CREATE TABLE duplicate_plans (
                id {id},
                created_by {int},
                scope {text} NOT NULL,
                created_at_us {int} NOT NULL,
                is_built {int} NOT NULL,
                is_complete {int} NOT NULL,
                group_count {int} NOT NULL,
                kept_files {int} NOT NULL,
                planned_files {int} NOT NULL,
                planned_bytes {int} NOT NULL,
                removed_files {int} NOT NULL,
                removed_bytes {int} NOT NULL,
                skipped_files {int} NOT NULL,
                job_id {int},
                updated_at_us {int} NOT NULL
            ){strict};

            -- Contents, those with the most bytes to spare first. keeper is the position of the file that stays.
            CREATE TABLE duplicate_plan_groups (
                plan_id {int} NOT NULL,
                position {int} NOT NULL,
                group_id {int} NOT NULL,
                size_bytes {int} NOT NULL,
                content_hash {blob} NOT NULL,
                keeper {int},
                PRIMARY KEY (plan_id, position)
            ){strict};

            -- Names of files, by group, the one that stays first. state: 0 stays, 1 is to be removed, 2 is on its way out,
            -- 3 was removed, 4 was left where it is. freed_bytes is 0 for all names of a file but the last.
            CREATE TABLE duplicate_plan_files (
                plan_id {int} NOT NULL,
                position {int} NOT NULL,
                group_position {int} NOT NULL,
                entry_id {int} NOT NULL,
                root_id {int} NOT NULL,
                path {text} NOT NULL,
                modified_ns {int} NOT NULL,
                freed_bytes {int} NOT NULL,
                rule {text} NOT NULL,
                reason {text} NOT NULL,
                state {int} NOT NULL,
                note {text},
                PRIMARY KEY (plan_id, position)
            ){strict};
            """)
}
