extension Migrations {
    /// What belongs to this installation as a whole: check values of its secrets, the version of the text folding, counters.
    static let instance = Migration(
        number: 1, name: "instance",
        ddl: """
            CREATE TABLE instance (
                name {text} NOT NULL PRIMARY KEY,
                value {text} NOT NULL
            ){strict};

            -- Numbers that are handed out once and never again, also when the row that had them is gone.
            CREATE TABLE counters (
                name {text} NOT NULL PRIMARY KEY,
                value {int} NOT NULL
            ){strict};
            INSERT INTO counters (name, value) VALUES ('entry_id', 0);
            """)
}
