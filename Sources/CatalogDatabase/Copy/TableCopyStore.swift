import CatalogCore

/// Reads and writes whole tables, one page of rows after the other, inside a transaction of the caller.
struct TableCopyStore {
    /// A column, and how its values are read.
    struct Column: Equatable {
        let name: String
        let kind: Kind
    }

    enum Kind: Equatable { case integer, text, blob }

    private let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// Forks, since each engine keeps its own list of columns.
    private static let columns = SQLStatement(
        sqlite: "SELECT name, type FROM pragma_table_info($1) ORDER BY name",
        postgreSQL: """
            SELECT CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name
            """)
    /// A fork, since each engine keeps its own numbers.
    private static let lastNumber = SQLStatement(
        sqlite: "SELECT seq FROM sqlite_sequence WHERE name = $1 AND $2 = $2",
        postgreSQL: """
            SELECT last_value FROM pg_sequences
            WHERE schemaname = current_schema() AND sequencename = CAST($1 AS text) || '_' || CAST($2 AS text) || '_seq'
            """)

    /// The columns of a table by their names; none when there is no such table.
    func columns(of table: CopiedTable) throws -> [Column] {
        try connection.rows(Self.columns, [.text(table.name)]) { row in
            let (name, type) = (row.text(0), row.text(1).lowercased())
            switch type {
            case "integer", "bigint": return Column(name: name, kind: .integer)
            case "text": return Column(name: name, kind: .text)
            case "blob", "bytea": return Column(name: name, kind: .blob)
            default: throw CatalogError.internalError("\(table.name).\(name) is \(type), which nobody can copy")
            }
        }
    }

    /// Whether nothing of the table would have to be kept.
    func isEmpty(_ table: CopiedTable) throws -> Bool {
        // The counters are there from the beginning.
        let condition = table.name == "counters" ? "value > 0" : table.condition
        return try connection.firstRow(
            SQLStatement("SELECT 1 FROM \(table.name)\(Self.clause(condition)) LIMIT 1")
        ) { _ in true } == nil
    }

    func count(_ table: CopiedTable) throws -> Int {
        try connection.firstRow(SQLStatement("SELECT COUNT(*) FROM \(table.name)\(Self.clause(table.condition))")) {
            Int($0.integer(0))
        } ?? 0
    }

    // MARK: Pages

    /// The next rows in the order of their keys.
    ///
    /// - Parameters:
    ///   - key: of the last row before them; nil for the first ones.
    ///   - limit: how many at most.
    func rows(
        of table: CopiedTable, _ columns: [Column], after key: [SQLValue]?, limit: Int
    ) throws -> [[SQLValue]] {
        let places = (key ?? []).indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let keys = table.key.joined(separator: ", ")
        let after = key.map { _ in "(\(keys)) > (\(places))" }
        let conditions = [after, table.condition].compactMap(\.self).joined(separator: " AND ")
        let statement = SQLStatement(
            """
            SELECT \(columns.map(\.name).joined(separator: ", ")) FROM \(table.name)\(Self.clause(conditions))
            ORDER BY \(keys) LIMIT $\((key?.count ?? 0) + 1)
            """)
        return try connection.rows(statement, (key ?? []) + [.integer(Int64(limit))]) { row in
            columns.indices.map { Self.value(row, $0, columns[$0].kind) }
        }
    }

    /// The key of the last row in the order of the keys.
    func lastKey(of table: CopiedTable, _ columns: [Column]) throws -> [SQLValue]? {
        let kinds = table.key.map { name in columns.first { $0.name == name }?.kind ?? .integer }
        let order = table.key.map { "\($0) DESC" }.joined(separator: ", ")
        let statement = SQLStatement(
            """
            SELECT \(table.key.joined(separator: ", ")) FROM \(table.name)\(Self.clause(table.condition))
            ORDER BY \(order) LIMIT 1
            """)
        return try connection.firstRow(statement) { row in
            kinds.indices.map { Self.value(row, $0, kinds[$0]) }
        }
    }

    func insert(_ rows: [[SQLValue]], into table: CopiedTable, _ columns: [Column]) throws {
        let bulk = SQLBulkTable(table.name, columns: columns.map(\.name))
        try connection.insertRows(bulk, count: rows.count) { row, index in
            for value in rows[index] { try Self.append(value, to: row) }
        }
    }

    func removeAll(from table: CopiedTable) throws {
        try connection.execute(SQLStatement("DELETE FROM \(table.name)\(Self.clause(table.condition))"))
    }

    /// The whole table as one number.
    func digest(of table: CopiedTable, _ columns: [Column]) throws -> RowDigest {
        let statement = SQLStatement(
            """
            SELECT \(columns.map(\.name).joined(separator: ", ")) FROM \(table.name)\(Self.clause(table.condition))
            ORDER BY \(table.key.joined(separator: ", "))
            """)
        var digest = RowDigest()
        try connection.forEachRow(statement.withManyRows, []) { row in
            digest.addRow()
            for (index, column) in columns.enumerated() {
                if row.isNull(index) {
                    digest.addNull()
                } else if column.kind == .integer {
                    digest.add(row.integer(index))
                } else {
                    row.withBytes(index) { digest.add(bytes: $0) }
                }
            }
            return true
        }
        return digest
    }

    // MARK: Numbers

    /// The last number that was given to a row, also when that row is gone: none is given twice.
    func lastNumber(of table: CopiedTable) throws -> Int64 {
        guard let column = table.numberedColumn else { return 0 }
        return try connection.firstRow(Self.lastNumber, [.text(table.name), .text(column)]) { $0.integer(0) } ?? 0
    }

    /// Goes on behind `number`.
    func setLastNumber(of table: CopiedTable, _ number: Int64) throws {
        guard let column = table.numberedColumn, number > 0 else { return }
        switch connection.engine {
        case .sqlite:
            try connection.executeScript(
                """
                DELETE FROM sqlite_sequence WHERE name = '\(table.name)';
                INSERT INTO sqlite_sequence (name, seq) VALUES ('\(table.name)', \(number))
                """)
        case .postgresql:
            try connection.executeScript(
                "SELECT setval(pg_get_serial_sequence('\(table.name)', '\(column)'), \(number))")
        }
    }

    // MARK: Values

    private static func clause(_ condition: String?) -> String {
        condition.map { $0.isEmpty ? "" : " WHERE \($0)" } ?? ""
    }

    private static func value(_ row: SQLRow, _ column: Int, _ kind: Kind) -> SQLValue {
        guard !row.isNull(column) else { return .null }
        switch kind {
        case .integer: return .integer(row.integer(column))
        case .text: return .text(row.text(column))
        case .blob: return .blob(row.bytes(column))
        }
    }

    private static func append(_ value: SQLValue, to row: any SQLBulkRow) throws {
        switch value {
        case .null: row.appendNull()
        case .integer(let number): row.append(number)
        case .blob(let bytes): row.append(bytes)
        case .text(var text):
            try value.requireStorable()
            text.withUTF8 { row.append(text: UnsafeRawBufferPointer($0)) }
        case .real: throw CatalogError.internalError("no table has numbers with a point")
        }
    }
}
