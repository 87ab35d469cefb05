extension Migrations {
    /// How a write whose answer was lost is looked up. Only engines behind a network use it.
    static let transactionMarks = Migration(
        number: 7, name: "transaction marks",
        ddl: """
            -- One row for each connection: the number of the last transaction that it committed. What a server calls a
            -- transaction is no help: after a crash it may give the same number again.
            CREATE TABLE transaction_marks (
                connection {text} NOT NULL PRIMARY KEY,
                sequence {int} NOT NULL,
                updated_at_us {int} NOT NULL
            ){strict};
            """)
}
