import Glibc

/// Forms of what names machines on a network.
extension SettingForm where Value == String {
    /// An address or a host name to listen on, without a port.
    static var host: SettingForm {
        text("address", accepted: "an IP address or a host name, without a port") { text in
            if text.contains(":") { return NetworkText.isAddress(text) }
            return (1...253).contains(text.utf8.count) && text.utf8.allSatisfy(NetworkText.isHostByte)
        }
    }

    /// An address, or a block of addresses as `address/prefix`.
    static var addressBlock: SettingForm {
        text("address", accepted: "an IP address or a block such as 10.0.0.0/8", where: NetworkText.isAddressBlock)
    }

    /// A web origin as browsers send it, or `*`.
    static var origin: SettingForm {
        text("origin", accepted: "an origin such as https://media.example.org, without a path, or *") { text in
            if text == "*" { return true }
            for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
                return NetworkText.isAuthority(text.dropFirst(scheme.count))
            }
            return false
        }
    }

    /// An e-mail address, checked for its shape only.
    static var email: SettingForm {
        text("e-mail address", accepted: "an e-mail address") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, text.utf8.count <= 254, parts.allSatisfy({ !$0.isEmpty }) else { return false }
            return text.unicodeScalars.allSatisfy { $0.value > 0x20 && !$0.properties.isWhitespace && $0.value != 0x7F }
        }
    }
}

/// The shapes of addresses and host names.
enum NetworkText {
    static func isAddress(_ text: String) -> Bool {
        addressBits(text) != nil
    }

    static func isAddressBlock(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let bits = addressBits(String(first)) else { return false }
        guard parts.count == 2 else { return true }
        guard let prefix = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return false }
        return (0...bits).contains(prefix)
    }

    /// `host`, `host:port` or `[address]:port` with nothing behind it.
    static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            host = text[..<colon]
            guard let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else { return false }
        }
        if host.hasPrefix("[") && host.hasSuffix("]") { return isAddress(String(host.dropFirst().dropLast())) }
        return !host.isEmpty && host.utf8.allSatisfy(isHostByte)
    }

    static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// 32 or 128 for an address of that family, nil for any other text.
    private static func addressBits(_ text: String) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return 32 }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? 128 : nil
    }
}
