/// Rows of a table as one number: equal for equal values in equal order, on both engines.
///
/// FNV-1a with 64 bits (Fowler, Noll, Vo) over the kind and the bytes of each value: it finds what was lost or changed on its way,
/// not what somebody has forged.
package struct RowDigest: Sendable, Equatable {
    /// Rows so far.
    package private(set) var rows = 0
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func addRow() { rows += 1 }

    mutating func addNull() { add(byte: 0) }

    mutating func add(_ number: Int64) {
        add(byte: 1)
        withUnsafeBytes(of: number.littleEndian) { add($0) }
    }

    /// Text or other bytes, with their length in front: otherwise two values could pass for one.
    mutating func add(bytes: UnsafeRawBufferPointer) {
        add(byte: 2)
        withUnsafeBytes(of: Int64(bytes.count).littleEndian) { add($0) }
        add(bytes)
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { add(byte: byte) }
    }

    private mutating func add(byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
}
