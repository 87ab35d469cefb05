extension Migrations {
    /// When storage roots are scanned without anybody asking for it.
    static let scanSchedules = Migration(
        number: 17, name: "scan_schedules",
        ddl: """
            -- Seconds; NULL is as the protocol has it, 0 is never.
            ALTER TABLE storage_roots ADD COLUMN scan_interval_s {int};
            -- As 22:00-06:00; NULL for none.
            ALTER TABLE storage_roots ADD COLUMN quiet_window {text};
            """)
}
