import CatalogCore
import CatalogDatabase

/// The values of one statement in the binary form that the server expects for the types of its parameters.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    /// Where each value is in `bytes`; nil for NULL.
    private var ranges: [Range<Int>?] = []

    /// - Parameter types: of the parameters, as the server described them; for a value too many the server complains.
    /// - Throws: `CatalogError.invalidArgument` for a text with a NUL, which no text of the database can have.
    init(_ values: [SQLValue], types: [PostgresType]) throws {
        for (index, value) in values.enumerated() {
            try value.requireStorable()
            let start = bytes.count
            let isNull = !append(value, as: index < types.count ? types[index] : .text)
            ranges.append(isNull ? nil : start..<bytes.count)
        }
    }

    /// - Returns: false for NULL.
    private mutating func append(_ value: SQLValue, as type: PostgresType) -> Bool {
        switch (value, type) {
        case (.null, _): return false
        case (.integer(let number), .int8): append(number)
        case (.integer(let number), .int4): append(Int32(clamping: number))
        case (.integer(let number), .int2): append(Int16(clamping: number))
        case (.integer(let number), .bool): bytes.append(number == 0 ? 0 : 1)
        case (.integer(let number), .float8): append(Double(number).bitPattern)
        case (.integer(let number), _): bytes += Array(String(number).utf8)
        case (.real(let number), .float8): append(number.bitPattern)
        case (.real(let number), .float4): append(Float(number).bitPattern)
        case (.real(let number), .int8): append(Int64(exactly: number.rounded()) ?? 0)
        case (.real(let number), _): bytes += Array("\(number)".utf8)
        case (.text(let text), _): bytes += Array(text.utf8)
        case (.blob(let blob), _): bytes += blob
        }
        return true
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Lends the values in the shape of `PQsendQueryPrepared`: count, addresses, lengths, and 1 for binary.
    func withPointers<Value>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>
        ) throws -> Value
    ) rethrows -> Value {
        // One byte more, so that an empty value has an address: a null pointer would mean NULL.
        try (bytes + [0]).withUnsafeBufferPointer { buffer in
            let start = UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
            let pointers = ranges.map { range in range.flatMap { range in start.map { $0 + range.lowerBound } } }
            let lengths = ranges.map { Int32($0?.count ?? 0) }
            return try body(
                Int32(ranges.count), pointers, lengths, [Int32](repeating: 1, count: max(ranges.count, 1)))
        }
    }
}
