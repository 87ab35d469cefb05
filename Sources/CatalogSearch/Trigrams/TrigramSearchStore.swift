import CatalogCore
import CatalogDatabase

/// Asks the database for names, inside a transaction of the caller.
struct TrigramSearchStore {
    private let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    func hasIndex() throws -> Bool {
        try connection.firstRow(TrigramQueries.hasIndex) { $0.bool(0) } ?? false
    }

    func createExtension() throws {
        try connection.allowLongStatements()
        _ = try connection.firstRow(TrigramQueries.takeTurn) { _ in true }
        try connection.execute(TrigramQueries.createExtension)
    }

    func createIndex() throws {
        try connection.allowLongStatements()
        _ = try connection.firstRow(TrigramQueries.takeTurn) { _ in true }
        guard let schema = try connection.firstRow(TrigramQueries.extensionSchema, [], { $0.text(0) }) else {
            throw CatalogError.internalError("pg_trgm was created and is not there")
        }
        try connection.execute(TrigramQueries.createIndex(extensionSchema: schema))
    }

    /// The hits of one reading of the text.
    func hits(_ query: NameQuery, words: [[UInt8]], reading: Int) throws -> NameHits {
        let question = TrigramQuestion(query, words: words)
        try allowPlans(of: question)
        let limit = min(max(0, query.limit), Limits.pageRowsMax)
        let order = TrigramOrder(query.field, isDescending: query.order == .descending)
        let (statement, values) = try question.page(order, limit: limit, offset: max(0, query.offset))
        let rows = try connection.rows(statement, values) { row in
            (
                id: row.integer(0), value: order.hasNumbers ? .integer(row.integer(1)) : SQLValue.blob(row.bytes(1)),
                total: Int(row.integer(2))
            )
        }
        // An empty page does not say how many there are, unless it is the first.
        let isFirst = limit > 0 && query.offset <= 0 && query.cursor == nil
        let total = try rows.first?.total ?? (isFirst ? 0 : count(question))
        var hits = NameHits(ids: rows.map(\.id), total: total)
        if rows.count == limit, let last = rows.last {
            hits.next = NameCursor(reading: reading, place: order.place(of: last.value, id: last.id))
        }
        return hits
    }

    private func count(_ question: TrigramQuestion) throws -> Int {
        try connection.firstRow(question.count, question.values) { Int($0.integer(0)) } ?? 0
    }

    /// The index of trigrams can be used by a bitmap only, which all other statements do without. Where it helps it is the only way that
    /// is left open: a plan that was made while the table was empty stays.
    func allowPlans(of question: TrigramQuestion) throws {
        let values: [SQLValue] = question.usesTrigrams ? ["on", "off"] : ["off", "on"]
        _ = try connection.firstRow(TrigramQueries.allowPlans, values) { _ in true }
    }
}
