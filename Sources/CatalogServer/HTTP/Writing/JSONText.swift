import CatalogCore

/// Memory with room enough for a piece of JSON, while it is written: one value for `JSONWriter`, or a whole row of a listing.
///
/// Whoever makes one has counted the bytes that the piece takes at most; writing beyond the room ends the program.
struct JSONText {
    /// Bytes that one byte of a string becomes at most: `\u001f`.
    static let escapedBytesMax = 6
    private static let digits: StaticString = "0123456789abcdef"

    private let room: UnsafeMutableRawBufferPointer
    /// Bytes written.
    private(set) var count = 0
    /// Whether the next value or key must be parted from the one before it.
    ///
    /// One flag serves all depths, since an end always leaves a complete value behind.
    private(set) var needsComma: Bool

    init(_ room: UnsafeMutableRawBufferPointer, needsComma: Bool) {
        self.room = room
        self.needsComma = needsComma
    }

    // MARK: Structure

    /// Begins an object or array: `{` or `[`.
    mutating func open(_ mark: Unicode.Scalar) {
        comma()
        put(UInt8(ascii: mark))
        needsComma = false
    }

    /// Ends the innermost object or array: `}` or `]`.
    mutating func close(_ mark: Unicode.Scalar) {
        put(UInt8(ascii: mark))
        needsComma = true
    }

    /// The name of the next value, which must need no escaping.
    mutating func key(_ name: StaticString) {
        comma()
        put(UInt8(ascii: "\""))
        put(name)
        put("\":")
        needsComma = false
    }

    // MARK: Values

    /// A value that is the same each time: `null`, `true`.
    mutating func literal(_ text: StaticString) {
        comma()
        put(text)
        needsComma = true
    }

    mutating func integer(_ value: some FixedWidthInteger) {
        comma()
        if value < 0 { put(UInt8(ascii: "-")) }
        let first = count
        var rest = value.magnitude
        repeat {
            put(UInt8(48 + Int(rest % 10)))
            rest /= 10
        } while rest > 0
        // Digits come the last one first.
        room[first..<count].reverse()
        needsComma = true
    }

    /// A time in the form of the API, from microseconds since 1970.
    mutating func time(_ microseconds: Int64) {
        comma()
        put(UInt8(ascii: "\""))
        precondition(Timestamp.textBytes <= room.count - count)
        Timestamp.write(
            microseconds: microseconds,
            to: UnsafeMutableRawBufferPointer(start: room.baseAddress.map { $0 + count }, count: Timestamp.textBytes))
        count += Timestamp.textBytes
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A text, escaped where JSON wants it.
    mutating func string(_ text: String) {
        string(text, "")
    }

    /// One text made of two parts.
    mutating func string(_ first: String, _ second: String) {
        comma()
        put(UInt8(ascii: "\""))
        putEscaped(first)
        putEscaped(second)
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A text that is at hand as UTF-8.
    mutating func string(utf8 bytes: UnsafeRawBufferPointer) {
        comma()
        put(UInt8(ascii: "\""))
        putEscaped(bytes)
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    // MARK: Bytes

    @inline(__always)
    private mutating func comma() {
        if needsComma { put(UInt8(ascii: ",")) }
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        precondition(count < room.count)
        room[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= room.count - count)
        guard let start = room.baseAddress, let source = bytes.baseAddress else { return }
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    private mutating func putEscaped(_ text: String) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { putEscaped(UnsafeRawBufferPointer($0)) }
        if done == nil { Array(text.utf8).withUnsafeBytes { putEscaped($0) } }
    }

    /// The inside of a JSON string. Runs that need no escape go in one piece: nearly always the whole text.
    private mutating func putEscaped(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        while let index = Self.firstToEscape(bytes, from: start) {
            put(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            putEscape(bytes[index])
            start = index + 1
        }
        put(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Looks at eight bytes at a time: a page of a listing has thousands of them, and hardly ever one to escape.
    private static func firstToEscape(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index + 8 <= bytes.count, !hasByteToEscape(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) {
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F { return index }
            index += 1
        }
        return nil
    }

    /// Whether one of eight bytes is a control character, a quote or a backslash.
    /// *Source*: Sean Eron Anderson, "Bit Twiddling Hacks", on finding a byte in a word.
    private static func hasByteToEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        func hasZero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let found =
            ((word &- ones &* 0x20) & ~word) | hasZero(word ^ ones &* 0x22) | hasZero(word ^ ones &* 0x5C)
            | hasZero(word ^ ones &* 0x7F)
        return found & (ones &* 0x80) != 0
    }

    private mutating func putEscape(_ byte: UInt8) {
        switch byte {
        case 0x22: put("\\\"")
        case 0x5C: put("\\\\")
        case 0x0A: put("\\n")
        case 0x0D: put("\\r")
        case 0x09: put("\\t")
        default:
            put("\\u00")
            put(Self.digits.utf8Start[Int(byte >> 4)])
            put(Self.digits.utf8Start[Int(byte & 15)])
        }
    }
}

/// A name and its value in one call, as `JSONWriter` has them.
extension JSONText {
    mutating func field(_ name: StaticString, _ value: some FixedWidthInteger) {
        key(name)
        integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        literal(value ? "true" : "false")
    }

    mutating func field(_ name: StaticString, _ first: String, _ second: String = "") {
        key(name)
        string(first, second)
    }

    mutating func field(_ name: StaticString, time microseconds: Int64) {
        key(name)
        time(microseconds)
    }
}
