import CLibPQ
import CatalogCore
import CatalogDatabase

/// The rows of one statement, all of them, in PostgreSQL's binary form. It ends with this object.
final class PostgresResult {
    fileprivate let pointer: OpaquePointer

    /// - Parameter pointer: owned from now on.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQclear(pointer) }

    var rowCount: Int { Int(PQntuples(pointer)) }

    /// Rows that a statement changed; 0 for one that changes none.
    var changedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// What was done, in the server's words: `COMMIT`.
    var tag: String { String(cString: PQcmdStatus(pointer)) }

    /// The types of the statement's parameters, for the result of a description.
    var parameterTypes: [PostgresType] {
        (0..<PQnparams(pointer)).map { PostgresType(PQparamtype(pointer, $0)) }
    }

    /// The types of the statement's columns.
    var columnTypes: [PostgresType] {
        (0..<PQnfields(pointer)).map { PostgresType(PQftype(pointer, $0)) }
    }

    func row(_ index: Int) -> SQLRow {
        SQLRow(source: PostgresRow(result: self, index: Int32(index)))
    }
}

/// The types that the schema and its statements use; the numbers are fixed in PostgreSQL's catalog (pg_type.dat).
struct PostgresType: Equatable {
    let oid: Oid

    init(_ oid: Oid) {
        self.oid = oid
    }

    static let bool = PostgresType(16)
    static let bytea = PostgresType(17)
    static let int8 = PostgresType(20)
    static let int2 = PostgresType(21)
    static let int4 = PostgresType(23)
    static let text = PostgresType(25)
    static let varchar = PostgresType(1_043)
    static let name = PostgresType(19)
    static let void = PostgresType(2_278)
    static let float4 = PostgresType(700)
    static let float8 = PostgresType(701)

    /// What `SQLRow` can read. A sum without a CAST is of the type numeric, which is not among them.
    var isReadable: Bool {
        [.bool, .bytea, .int8, .int2, .int4, .text, .varchar, .name, .void, .float4, .float8].contains(self)
    }
}

/// One row of a result, which it keeps.
private struct PostgresRow: SQLRowSource {
    let result: PostgresResult
    let index: Int32

    private var pointer: OpaquePointer { result.pointer }

    func isNull(_ column: Int) -> Bool { PQgetisnull(pointer, index, Int32(column)) != 0 }

    func integer(_ column: Int) -> Int64 {
        if isNull(column) { return 0 }
        return switch PostgresType(PQftype(pointer, Int32(column))) {
        case .int8: bigEndian(column, as: Int64.self)
        case .int4: Int64(bigEndian(column, as: Int32.self))
        case .int2: Int64(bigEndian(column, as: Int16.self))
        case .bool: withBytes(column) { $0.first.map(Int64.init) ?? 0 }
        case .float8, .float4: Int64(exactly: real(column).rounded()) ?? 0
        default: 0
        }
    }

    func real(_ column: Int) -> Double {
        if isNull(column) { return 0 }
        return switch PostgresType(PQftype(pointer, Int32(column))) {
        case .float8: Double(bitPattern: UInt64(bitPattern: bigEndian(column, as: Int64.self)))
        case .float4: Double(Float(bitPattern: UInt32(bitPattern: bigEndian(column, as: Int32.self))))
        default: Double(integer(column))
        }
    }

    func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let start = PQgetvalue(pointer, index, Int32(column))
        let count = PQgetlength(pointer, index, Int32(column))
        return try body(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }

    private func bigEndian<Number: FixedWidthInteger>(_ column: Int, as type: Number.Type) -> Number {
        withBytes(column) { $0.count == Number.bitWidth / 8 ? Number(bigEndian: $0.loadUnaligned(as: type)) : 0 }
    }
}
