package import CatalogCore

/// A path below a root in the form that system calls take: names joined by `/`, then a NUL.
///
/// The root is the empty path.
///
/// A walker pushes and pops names on one buffer, so that going down and up a tree allocates nothing.
package struct NativePath: Sendable, Hashable {
    private var buffer: [UInt8]

    /// The root.
    package init() {
        buffer = [0]
    }

    /// The same place as `path`.
    package init(_ path: StoragePath) {
        self.init()
        for component in path.components { append(component) }
    }

    /// Whether this is the root itself.
    package var isRoot: Bool { buffer.count == 1 }

    /// Bytes of the path, without the NUL.
    package var byteCount: Int { buffer.count - 1 }

    /// The path's bytes, without the NUL.
    package var bytes: ArraySlice<UInt8> { buffer[..<byteCount] }

    /// The last name; empty for the root.
    package var lastName: ArraySlice<UInt8> {
        let start = bytes.lastIndex(of: NativePath.slash).map { $0 + 1 } ?? 0
        return buffer[start..<byteCount]
    }

    /// The text form, as in `StoragePath.text`.
    package var text: String { NameEncoding.text(of: bytes) }

    /// Goes down into `name`, which must be a name in the sense of `StoragePath.isName`.
    package mutating func append(_ name: UnsafeRawBufferPointer) {
        buffer[byteCount] = NativePath.slash
        if buffer.count == 1 { buffer.removeLast() }
        buffer.append(contentsOf: name)
        buffer.append(0)
    }

    /// Goes down into `name`, which must be a name in the sense of `StoragePath.isName`.
    package mutating func append(_ name: [UInt8]) {
        name.withUnsafeBytes { append($0) }
    }

    /// Goes up by one name; the root stays the root.
    package mutating func removeLast() {
        let end = bytes.lastIndex(of: NativePath.slash) ?? 0
        buffer.removeLast(buffer.count - end)
        buffer.append(0)
    }

    /// The same place as a `StoragePath`.
    ///
    /// - Throws: `CatalogError.invalidArgument` when it is over the limits of a path.
    package func storagePath() throws -> StoragePath {
        try StoragePath(components: bytes.split(separator: NativePath.slash).map { Array($0) })
    }

    /// Hands out the path as a C string, `.` for the root, with the number of its bytes.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>, Int) throws -> Result) rethrows -> Result {
        if isRoot { return try ".".withCString { try body($0, 1) } }
        return try buffer.withUnsafeBufferPointer { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else { return try ".".withCString { try body($0, 1) } }
                return try body(start, bytes.count - 1)
            }
        }
    }

    private static let slash = UInt8(ascii: "/")
}
