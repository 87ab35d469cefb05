extension Migrations {
    /// Durable background work, and what scans keep beside it.
    static let jobs = Migration(
        number: 5, name: "jobs",
        ddl: """
            CREATE TABLE jobs (
                id {id},
                kind {text} NOT NULL,
                -- At most one job with this key is pending or running.
                unique_key {text},
                payload {text} NOT NULL,
                status {text} NOT NULL,
                priority {int} NOT NULL,
                run_at_us {int} NOT NULL,
                attempts {int} NOT NULL,
                attempts_max {int} NOT NULL,
                cancel_requested {int} NOT NULL,
                lease_owner {text},
                heartbeat_us {int},
                created_at_us {int} NOT NULL,
                started_at_us {int},
                finished_at_us {int},
                error_code {text},
                error_message {text}
            ){strict};
            CREATE UNIQUE INDEX jobs_live_key ON jobs (unique_key)
                WHERE unique_key IS NOT NULL AND status IN ('pending', 'running');
            CREATE INDEX jobs_due ON jobs (status, priority, run_at_us) WHERE status IN ('pending', 'running');

            CREATE TABLE scans (
                id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                scan_type {text} NOT NULL,
                path {text},
                max_depth {int},
                requested_by {int},
                confirm_removals {int} NOT NULL,
                -- '' while the job's own status says it all; 'needs_confirmation', 'confirmed' or 'discarded' after the brake.
                removal_state {text} NOT NULL,
                removal_reason {text},
                removals_parked {int} NOT NULL,
                entries_before {int} NOT NULL,
                entries_found {int} NOT NULL,
                directories_listed {int} NOT NULL,
                added {int} NOT NULL,
                updated {int} NOT NULL,
                removed {int} NOT NULL,
                error_count {int} NOT NULL,
                current_path {text},
                updated_at_us {int} NOT NULL
            ){strict};
            CREATE INDEX scans_by_root ON scans (root_id, id);

            CREATE TABLE scan_errors (
                id {id},
                scan_id {int} NOT NULL,
                path {text} NOT NULL,
                code {text} NOT NULL,
                message {text} NOT NULL,
                created_at_us {int} NOT NULL
            ){strict};
            CREATE INDEX scan_errors_by_scan ON scan_errors (scan_id, id);

            -- The frontier of a running scan: directories that it has listed and written, packed ids for each batch.
            CREATE TABLE scan_frontier (
                id {id},
                scan_id {int} NOT NULL,
                directory_ids {blob} NOT NULL
            ){strict};
            CREATE INDEX scan_frontier_by_scan ON scan_frontier (scan_id);

            -- Entries that a scan did not find in their listed directory; applied when the scan is complete.
            CREATE TABLE scan_removals (
                scan_id {int} NOT NULL,
                entry_id {int} NOT NULL,
                PRIMARY KEY (scan_id, entry_id)
            ){strict};
            """)
}
