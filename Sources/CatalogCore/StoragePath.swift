/// A place below a storage root: a list of names, each of them bytes. No leading slash, no `..`, no empty part, no NUL.
///
/// It is parsed once, at the border; everything behind the border works with components and never with joined text.
package struct StoragePath: Sendable, Hashable {
    /// Names from the root downwards; empty means the root itself.
    package let components: [[UInt8]]

    /// The root itself.
    package static let root = StoragePath(unchecked: [])

    private init(unchecked components: [[UInt8]]) {
        self.components = components
    }

    /// Parses the text form: components joined by `/`, each in the form of `NameEncoding`. Slashes at both ends and doubled
    /// slashes are dropped.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Invalid path" for NUL, `.`, `..`, and for what is over the limits.
    package init(parsing text: some StringProtocol) throws {
        try self.init(parsingEncoded: Array(text.utf8))
    }

    /// The same for bytes, which need not be valid UTF-8 (they came percent-decoded out of a URL).
    package init(parsingEncoded bytes: [UInt8]) throws {
        guard bytes.count <= Limits.pathBytes * 3 else { throw StoragePath.invalid }
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        try self.init(components: parts.map { NameEncoding.bytes(ofEncoded: Array($0)) })
    }

    /// - Throws: `CatalogError.invalidArgument` when a component is no name.
    package init(components: [[UInt8]]) throws {
        var total = 0
        for component in components {
            total += component.count + 1
            guard StoragePath.isName(component) else { throw StoragePath.invalid }
        }
        guard total <= Limits.pathBytes, components.count <= Limits.directoryDepth else { throw StoragePath.invalid }
        self.components = components
    }

    /// Whether `bytes` can be one name: not empty, not `.` or `..`, no slash, no NUL.
    package static func isName(_ bytes: [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        guard !bytes.isEmpty, bytes.count <= Limits.nameBytes, bytes != [dot], bytes != [dot, dot] else { return false }
        return !bytes.contains(0) && !bytes.contains(UInt8(ascii: "/"))
    }

    /// Whether a server that takes a backslash for a slash, as Windows does, would be led upwards by the bytes of a path.
    package static func climbsByBackslash(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.contains(UInt8(ascii: "\\")) else { return false }
        return bytes.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            .contains { $0.elementsEqual("..".utf8) }
    }

    /// The text form, without a leading slash; the root is the empty text.
    package var text: String {
        components.map { NameEncoding.text(of: $0) }.joined(separator: "/")
    }

    /// The bytes of the names, joined by `/`; none for the root.
    package var bytes: [UInt8] { Array(components.joined(separator: [UInt8(ascii: "/")])) }

    /// The last name, or nil for the root.
    package var name: [UInt8]? { components.last }

    /// The directory that holds this place, or nil for the root.
    package var parent: StoragePath? {
        components.isEmpty ? nil : StoragePath(unchecked: Array(components.dropLast()))
    }

    /// Whether `other` is this place or lies below it.
    package func isAtOrAbove(_ other: StoragePath) -> Bool {
        other.components.starts(with: components)
    }

    /// The place of `name` inside this one.
    ///
    /// - Throws: `CatalogError.invalidArgument` when it is no name.
    package func appending(_ name: [UInt8]) throws -> StoragePath {
        guard StoragePath.isName(name) else { throw StoragePath.invalid }
        return StoragePath(unchecked: components + [name])
    }

    private static let invalid = CatalogError(.invalidArgument, "Invalid path")
}
