/// The id that a request is known by in answers and logs.
enum RequestIdentifier {
    private static let charactersMax = 128

    /// The client's own id when it is printable and short enough, else a new random one (RFC 9562, version 4).
    static func choose(_ offered: String?) -> String {
        guard let offered, !offered.isEmpty, offered.utf8.count <= charactersMax,
            offered.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return random() }
        return offered
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let halves = (generator.next(), generator.next())
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = index < 16 ? halves.0 : halves.1
                let nibble = Int((half >> UInt64(60 - index % 16 * 4)) & 15)
                text[place] = index == 12 ? UInt8(ascii: "4") : digits[index == 16 ? 8 | nibble & 3 : nibble]
                place += 1
            }
            return place
        }
    }
}
