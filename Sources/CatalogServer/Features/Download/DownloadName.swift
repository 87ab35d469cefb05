import CatalogCore

/// The value of `Content-Disposition` for a file (RFC 6266, RFC 8187): an ASCII name for everybody and the real one for those
/// that understand it.
enum DownloadName {
    /// - Parameter name: the bytes of the name; undecodable ones appear in the form of `NameEncoding`.
    static func contentDisposition(_ name: [UInt8], inline: Bool) -> String {
        let text = NameEncoding.text(of: name)
        let fallback = asciiFallback(text)
        let kind = inline ? "inline" : "attachment"
        let plain = "\(kind); filename=\"\(fallback)\""
        return fallback == text ? plain : plain + "; filename*=UTF-8''" + percentEncoded(text)
    }

    /// Quotes, separators and what is no printable ASCII become `_`: nothing of it can end the header's value early or
    /// mean a directory. So does `%`, since some browsers decode `%41` in the plain name (RFC 6266 appendix D).
    private static func asciiFallback(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isSafe = (0x20..<0x7F).contains(scalar.value) && !"\"\\/%".unicodeScalars.contains(scalar)
                    return isSafe ? scalar : "_"
                }))
    }

    /// Everything but the `attr-char` of RFC 8187 is encoded.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "!#$&+-.^_`|~".utf8.contains(byte)
            if isPlain {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
