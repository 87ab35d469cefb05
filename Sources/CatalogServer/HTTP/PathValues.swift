package import CatalogCore

/// What the variable parts of a path held, decoded exactly once.
///
/// They are bytes, because names are: `%FE` means that byte.
package struct PathValues: Sendable {
    private let values: [(name: String, bytes: [UInt8])]

    init(_ values: [(name: String, bytes: [UInt8])]) {
        self.values = values
    }

    /// The bytes of the parameter `name`; empty when the template has none of that name.
    package func bytes(_ name: String) -> [UInt8] {
        values.first { $0.name == name }?.bytes ?? []
    }

    /// The parameter as text; bytes that are not UTF-8 appear in the form of `NameEncoding`.
    package func text(_ name: String) -> String {
        let raw = bytes(name)
        return String(validating: raw, as: UTF8.self) ?? NameEncoding.text(of: raw)
    }

    /// A place of the catalog: names joined by slashes.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Invalid path".
    package func storagePath(_ name: String) throws -> StoragePath {
        try StoragePath(parsingEncoded: bytes(name))
    }

    /// The id of something, which messages call `thing`.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Invalid *thing* ID" for what is no whole number from 1.
    package func id(_ name: String, of thing: String) throws -> Int64 {
        let raw = bytes(name)
        guard !raw.isEmpty, raw.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int64(String(decoding: raw, as: UTF8.self)), value >= 1
        else { throw CatalogError(.invalidArgument, "Invalid \(thing) ID") }
        return value
    }
}
