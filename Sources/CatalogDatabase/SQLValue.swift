import CatalogCore

/// A value bound to a placeholder.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// A number, or null.
    package static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    /// A text, or null.
    package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    /// Bytes, or null.
    package static func optional(_ value: [UInt8]?) -> SQLValue { value.map { .blob($0) } ?? .null }
    /// Sees that every engine can store the value: one refuses a text with a NUL, the other would cut it there.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    package func requireStorable() throws {
        guard case .text(let text) = self, text.utf8.contains(0) else { return }
        throw CatalogError(.invalidArgument, "Text must not contain NUL characters")
    }

    /// Booleans are stored as 0 and 1.
    package static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    /// A number, written as a literal.
    package init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text, written as a literal.
    package init(stringLiteral value: String) { self = .text(value) }
}

/// Where a row comes from: the engine's cursor. Columns count from 0.
package protocol SQLRowSource {
    /// Whether the column is NULL.
    func isNull(_ column: Int) -> Bool
    /// The column as a number; 0 for NULL.
    func integer(_ column: Int) -> Int64
    /// The column as a floating-point number; 0 for NULL.
    func real(_ column: Int) -> Double
    /// The column's bytes (UTF-8 for text), valid during `body` only; empty for NULL.
    func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value
}

/// One row while the cursor stands on it.
package struct SQLRow {
    /// The cursor that stands on this row.
    package let source: any SQLRowSource

    package init(source: any SQLRowSource) {
        self.source = source
    }

    /// Whether the column is NULL.
    package func isNull(_ column: Int) -> Bool { source.isNull(column) }
    /// A number; 0 for NULL.
    package func integer(_ column: Int) -> Int64 { source.integer(column) }
    /// A number, or nil.
    package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// A boolean, stored as 0 or 1.
    package func bool(_ column: Int) -> Bool { integer(column) != 0 }
    /// A floating-point number; 0 for NULL.
    package func real(_ column: Int) -> Double { source.real(column) }
    /// A text; empty for NULL.
    package func text(_ column: Int) -> String {
        source.withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }
    /// A text, or nil.
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    /// Bytes; empty for NULL.
    package func bytes(_ column: Int) -> [UInt8] { source.withBytes(column) { Array($0) } }
    /// Bytes, or nil.
    package func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
    /// The column's bytes in place, valid during `body` only.
    package func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try source.withBytes(column, body)
    }
}

/// The row that a bulk insert is filling: values are appended from the first column to the last.
package protocol SQLBulkRow: AnyObject {
    /// A number.
    func append(_ value: Int64)
    /// Bytes, copied before the call returns.
    func append(_ bytes: UnsafeRawBufferPointer)
    /// UTF-8, copied before the call returns.
    func append(text: UnsafeRawBufferPointer)
    /// NULL.
    func appendNull()
}

extension SQLBulkRow {
    /// A number, or NULL.
    package func append(_ value: Int64?) {
        if let value { append(value) } else { appendNull() }
    }

    /// Bytes.
    package func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }
}
