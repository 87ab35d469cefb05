/// Memory with room enough for one piece of JSON, while it is written.
///
/// Whoever makes one has counted the bytes; writing beyond the room ends the program.
struct JSONText {
    /// Bytes that one byte of a string becomes at most: `\u001f`.
    static let escapedBytesMax = 6
    private static let digits: StaticString = "0123456789abcdef"

    private let room: UnsafeMutableRawBufferPointer
    /// Bytes written.
    private(set) var count = 0

    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        room[count] = byte
        count += 1
    }

    mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= room.count - count)
        UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Lets `body` write exactly `bytes` bytes.
    mutating func put(_ bytes: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        body(UnsafeMutableRawBufferPointer(rebasing: room[count..<(count + bytes)]))
        count += bytes
    }

    /// Turns round what was written from `first` on: digits come the last one first.
    mutating func reverse(from first: Int) {
        room[first..<count].reverse()
    }

    /// The inside of a JSON string. Runs that need no escape go in one piece: nearly always the whole text.
    mutating func putEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F else { continue }
            put(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]))
            putEscape(byte)
            start = index + 1
        }
        put(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start...]))
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
