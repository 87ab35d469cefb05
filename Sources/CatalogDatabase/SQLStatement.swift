/// The text of a statement, with placeholders `$1`, `$2`, …
///
/// One text serves both engines. Where that cannot be, the two texts stand side by side: a *fork*, which needs a reason in
/// a comment and counts against the budget of a test.
///
/// Statements are written for one index of theirs, and both engines have to find it while they know nothing of the tables. A plus
/// before a column (`+missing_since_us IS NULL`) keeps a condition away from the choice of an index: without it, a partial
/// index that has the same condition looks as good as the one over the ids.
package struct SQLStatement: Sendable {
    /// The text for SQLite, with `?1`, `?2`, … for the placeholders.
    package let sqliteText: String
    /// The text for PostgreSQL, as written.
    package let postgreSQLText: String
    /// Whether it may give more rows than memory should hold at once: an engine that sends whole results fetches them in
    /// pages then.
    package private(set) var hasManyRows = false

    /// The same statement, known to give many rows.
    package var withManyRows: SQLStatement {
        var copy = self
        copy.hasManyRows = true
        return copy
    }

    /// Whether nothing comes after it where it stands in a `Database.read`: an engine behind a network ends the transaction in
    /// the same message then.
    package private(set) var endsRead = false

    /// The same statement, always the last one of its read.
    package var endingRead: SQLStatement {
        var copy = self
        copy.endsRead = true
        return copy
    }

    /// A statement in the SQL that both engines share.
    package init(_ text: String) {
        sqliteText = SQLStatement.numberedPlaceholders(text)
        postgreSQLText = text
    }

    /// A fork: the same question in two dialects.
    package init(sqlite: String, postgreSQL: String) {
        sqliteText = SQLStatement.numberedPlaceholders(sqlite)
        postgreSQLText = postgreSQL
    }

    /// A statement of PostgreSQL alone, for what only it has: half a fork, which counts like one. SQLite refuses it.
    package init(postgreSQL: String) {
        (sqliteText, postgreSQLText) = ("this statement is of PostgreSQL alone", postgreSQL)
    }

    /// `$n` becomes `?n`. SQLite takes `$2` for a *name* and numbers names in the order of their first appearance, so
    /// `SELECT $2, $1` would silently swap its values; with `?2, ?1` it agrees with PostgreSQL.
    private static func numberedPlaceholders(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var inString = false
        var previous: Character = " "
        for character in text {
            if previous == "$", !inString {
                result.append(character.isNumber ? "?" : "$")
            }
            if character == "'" { inString.toggle() }
            if character != "$" || inString { result.append(character) }
            previous = inString ? " " : character
        }
        if previous == "$" { result.append("$") }
        return result
    }
}

/// A table and the columns that a bulk insert fills, in order.
package struct SQLBulkTable: Sendable {
    /// The table, as the schema names it.
    package let name: String
    /// The columns that each row fills, in the order in which values are appended.
    package let columns: [String]
    /// The insert of one row, for engines that reuse a statement.
    package let insertStatement: SQLStatement

    /// A bulk insert into `name`; columns that are left out get their defaults.
    package init(_ name: String, columns: [String]) {
        self.name = name
        self.columns = columns
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        insertStatement = SQLStatement(
            "INSERT INTO \(name) (\(columns.joined(separator: ", "))) VALUES (\(places))")
    }
}
