import FoundationEssentials

/// Bytes as a text that may stand in an address: Base64 for URLs, without padding.
enum CursorText {
    static func text(of bytes: [UInt8]) -> String {
        let base64 = Data(bytes).base64EncodedData()
        return String(decoding: base64.compactMap(character), as: UTF8.self)
    }

    /// The character of the one alphabet in the place of that of the other.
    private static func character(_ base64: UInt8) -> UInt8? {
        switch base64 {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        case UInt8(ascii: "="): nil
        default: base64
        }
    }

    /// - Parameter max: bytes of the text at most.
    /// - Returns: nil for anything else.
    static func bytes(of text: String, max: Int) -> [UInt8]? {
        guard text.utf8.count <= max else { return nil }
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64 + padding).map { Array($0) }
    }
}
