import CatalogDatabase
import Foundation

extension NodeSignal {
    /// What other nodes are told, as JSON; nil when it is too long to be told.
    static func json(_ value: some Encodable) -> String? {
        guard let json = try? JSONEncoder().encode(value), json.count < textBytesMax / 2 else { return nil }
        return String(decoding: json, as: UTF8.self)
    }

    /// What another node has told; nil for the words of another version.
    static func value<Value: Decodable>(_ type: Value.Type, from json: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(json.utf8))
    }
}
