import CatalogCore
import Crypto

/// A secret that means nothing by itself: 256 random bits that only the client keeps. The database knows its hash, so a
/// stolen copy of the database opens nothing.
struct OpaqueToken: Sendable {
    /// What the client gets: 64 hexadecimal digits.
    let text: String

    init(_ random: RandomSource) {
        text = random.hex(bytes: 32)
    }

    /// What the database keeps.
    var hash: [UInt8] { Self.hash(of: text) }

    /// SHA-256 of a token as the client sent it. A plain hash is enough, because 256 random bits cannot be searched.
    static func hash(of text: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(text.utf8)))
    }
}
