import CatalogCore
import CatalogDatabase

/// The SQL of searching by trigrams, of PostgreSQL alone: nobody else has them.
///
/// Names are bytes, and trigrams are of text: the index is over the names with every byte that is not ASCII written as `\ooo`. That
/// text may contain a word that the name does not (`303` in `\303`): for words like that the bytes are looked at too.
enum TrigramQueries {
    /// The folded name.
    static let name = "COALESCE(e.name_folded, e.name)"

    private static let text = "encode(\(name), 'escape')"

    // MARK: The index

    static let takeTurn = SQLStatement(postgreSQL: "SELECT pg_advisory_xact_lock(7165020003)")

    static let hasIndex = SQLStatement(postgreSQL: "SELECT to_regclass('entries_by_trigram') IS NOT NULL")

    /// Never in the schema of the catalog, with which it would go.
    static let createExtension = SQLStatement(postgreSQL: "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")

    static let extensionSchema = SQLStatement(
        postgreSQL: """
            SELECT quote_ident(CAST(n.nspname AS TEXT)) FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
            WHERE x.extname = 'pg_trgm'
            """)

    /// Of tombstones too: an index of the others would look no better than `entries_by_parent`, which is one as well.
    static func createIndex(extensionSchema schema: String) -> SQLStatement {
        SQLStatement(
            postgreSQL: """
                CREATE INDEX IF NOT EXISTS entries_by_trigram ON entries
                USING gin (encode(COALESCE(name_folded, name), 'escape') \(schema).gin_trgm_ops)
                """)
    }

    /// Bitmaps and other scans of an index, each `on` or `off` to the end of the transaction.
    static let allowPlans = SQLStatement(
        postgreSQL: "SELECT set_config('enable_bitmapscan', $1, TRUE), set_config('enable_indexscan', $2, TRUE)")

    // MARK: Questions

    static func count(where conditions: [String]) -> SQLStatement {
        SQLStatement(postgreSQL: "SELECT COUNT(*) FROM entries e WHERE \(all(conditions))")
    }

    /// Ids, what they are ordered by, and how many rows there are in all, found in one pass.
    ///
    /// - Parameters:
    ///   - start: what rows must be to stand on the page; nil for those from the first on.
    ///   - limit: placeholders of how many rows, and of how many before them are left out.
    static func page(
        _ key: String, where conditions: [String], behind start: String?, isDescending: Bool,
        limit: (rows: String, skipped: String)
    ) -> SQLStatement {
        SQLStatement(
            postgreSQL: """
                WITH h AS MATERIALIZED (SELECT e.id, \(key) AS place FROM entries e WHERE \(all(conditions)))
                SELECT h.id, h.place, (SELECT COUNT(*) FROM h) FROM h
                WHERE \(start ?? "TRUE") ORDER BY h.place \(isDescending ? "DESC" : "ASC"), h.id
                LIMIT \(limit.rows) OFFSET \(limit.skipped)
                """)
    }

    /// Entries without a name are the roots' own directories.
    private static func all(_ conditions: [String]) -> String {
        (["+e.missing_since_us IS NULL", "e.name <> CAST('' AS BYTEA)"] + conditions).joined(separator: "\n    AND ")
    }

    // MARK: What rows must be

    static func isLike(_ pattern: String) -> String { "\(text) LIKE \(pattern)" }

    static func contains(_ word: String) -> String { "position(CAST(\(word) AS BYTEA) IN \(name)) > 0" }

    static func isDirectory(_ isDirectory: Bool) -> String { "e.kind \(isDirectory ? "=" : "<>") 1" }

    /// False for NULL. A list may have many thousands: it is made a hash table once, which a bare `IN` would not be.
    static func isOneOf(_ value: String, _ ids: String) -> String {
        "(\(value) IN (SELECT unnest(\(numbers(ids))))) IS TRUE"
    }

    static func isNoneOf(_ value: String, _ ids: String) -> String {
        "(\(value) IN (SELECT unnest(\(numbers(ids))))) IS NOT TRUE"
    }

    static func hasExtension(_ listed: String, isRefused: Bool) -> String {
        "e.kind <> 1 AND (\(fileExtension) IN (SELECT unnest(\(texts(listed))))) IS \(isRefused ? "NOT " : "")TRUE"
    }

    /// Whether a row stands behind a place of the order.
    static func isBehind(_ value: String, _ id: String, _ order: TrigramOrder) -> String {
        let value = order.hasNumbers ? value : "CAST(\(value) AS BYTEA)"
        return "(h.place \(order.isDescending ? "<" : ">") \(value) OR (h.place = \(value) AND h.id > \(id)))"
    }

    // MARK: What rows are ordered by

    static func size(changed ids: String? = nil, sizes: String = "") -> String {
        let changed = ids.map { ids in
            "(SELECT c.size FROM unnest(\(numbers(ids)), \(numbers(sizes))) c (id, size) WHERE c.id = e.id), "
        }
        return """
            CASE WHEN e.kind = 1 THEN COALESCE(\(changed ?? "")\
            (SELECT d.total_bytes FROM directories d WHERE d.entry_id = e.id), 0) ELSE e.size_bytes END
            """
    }

    /// By the rules of `FileExtension.of`; empty for names without one, and for directories.
    static let fileExtension = """
        COALESCE((SELECT x.bytes FROM (SELECT decode(substring(\(text) FROM '^.+\\.([^. ]+)$'), 'escape') AS bytes) x
            WHERE e.kind <> 1 AND octet_length(x.bytes) <= \(FileExtension.bytesMax)), CAST('' AS BYTEA))
        """

    /// The folded names from the root's on, joined by `/`; a directory inside of itself, which cannot be, ends after a thousand steps.
    static func path(roots: String, names: String) -> String {
        let slash = "CAST('/' AS BYTEA)"
        return """
            COALESCE((SELECT r.name FROM unnest(\(numbers(roots)), \(texts(names))) r (id, name)
                WHERE r.id = e.root_id), CAST('' AS BYTEA)) ||
            (WITH RECURSIVE up (parent_id, depth, path) AS (
                SELECT e.parent_id, 0, \(slash) || \(name)
                UNION ALL
                SELECT d.parent_id, up.depth + 1, \(slash) || COALESCE(d.name_folded, d.name) || up.path
                FROM up JOIN entries d ON d.id = up.parent_id
                WHERE +d.missing_since_us IS NULL AND d.kind = 1 AND d.name <> CAST('' AS BYTEA) AND up.depth < 1000)
            SELECT up.path FROM up ORDER BY up.depth DESC LIMIT 1)
            """
    }

    // MARK: Values

    /// A placeholder of a list; inside of a query of its own, which is run once and not for each row.
    private static func numbers(_ placeholder: String) -> String {
        "(SELECT CAST(CAST(\(placeholder) AS TEXT) AS BIGINT[]))"
    }

    private static func texts(_ placeholder: String) -> String {
        "(SELECT CAST(CAST(\(placeholder) AS TEXT) AS BYTEA[]))"
    }

    /// Numbers as the text of an array.
    static func array(of numbers: [Int64]) -> String {
        "{\(numbers.map { String($0) }.joined(separator: ","))}"
    }

    /// Strings of bytes as the text of an array.
    static func array(of texts: [[UInt8]]) -> String {
        let items = texts.map { text in
            #""\\x"# + text.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + #"""#
        }
        return "{\(items.joined(separator: ","))}"
    }

    /// Whether the text of the index may have a word that the name has not: one that begins in the middle of an `\ooo`.
    static func isAmbiguous(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return false }
        return first >= 0x80 || first == UInt8(ascii: "\\") || (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(first)
    }

    /// Whether a word has three letters or digits in a row in the text of the index, the least that trigrams are made of.
    static func hasTrigram(_ word: [UInt8]) -> Bool {
        escaped(word).split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.contains { $0.count >= 3 }
    }

    /// What the text of a name that has the word is like.
    static func pattern(_ word: [UInt8]) -> String {
        let plain = escaped(word).map { "%_\\".contains($0) ? "\\\($0)" : String($0) }
        return "%\(plain.joined())%"
    }

    /// As `encode` writes it.
    private static func escaped(_ word: [UInt8]) -> String {
        word.map { byte in
            switch byte {
            case UInt8(ascii: "\\"): "\\\\"
            case 1..<0x80: String(UnicodeScalar(byte))
            default: "\\" + [byte >> 6, byte >> 3 & 7, byte & 7].map { String($0) }.joined()
            }
        }.joined()
    }
}
