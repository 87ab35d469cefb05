import CatalogCore

/// What a request says of the options of a protocol: all of them, in `options`, and single ones among its other members, where null
/// takes one away and what is absent stays.
struct OptionChanges: Sendable {
    private let all: [String: String]?
    private let single: [String: String?]

    /// - Parameter all: the member `options`; nil when there is none.
    init(_ decoder: any Decoder, all: [String: OptionValue]?) throws {
        self.all = all?.mapValues(\.text)
        let values = try decoder.container(keyedBy: OptionKey.self)
        var single: [String: String?] = [:]
        for key in OptionKey.allCases where values.contains(key) {
            single.updateValue(try values.decodeIfPresent(OptionValue.self, forKey: key)?.text, forKey: key.rawValue)
        }
        self.single = single
    }

    /// - Throws: `CatalogError.invalidArgument` when they are too large.
    func applied(to known: [String: String]) throws -> [String: String] {
        var options = all ?? known
        for (name, text) in single { options[name] = text }
        let bytes = options.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard bytes <= Limits.storageOptionBytes else { throw CatalogError(.invalidArgument, "options are too large") }
        return options
    }
}

/// Options that may stand among the other members of a request.
private enum OptionKey: String, CodingKey, CaseIterable {
    case version, uid, gid, timeout, encryption, tls, connections
    case mountPort = "mount_port"
    case verify = "tls_verify"
    case authorities = "tls_ca_pem"
    case fingerprint = "tls_fingerprint"
}

/// A text, a number or a boolean, as text.
struct OptionValue: Decodable, Sendable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            text = "\(value)"
        } else if let value = try? container.decode(Int.self) {
            text = "\(value)"
        } else {
            text = try container.decode(String.self)
        }
    }
}
