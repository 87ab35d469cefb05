import CatalogCore
import CatalogStorage

/// A path below the mounted export, as libnfs takes it: bytes with a slash in front and a NUL behind.
struct NFSPath: Sendable {
    let bytes: [CChar]

    init(_ path: StoragePath) {
        self.init(path.bytes)
    }

    init(_ path: NativePath) {
        self.init(path.bytes)
    }

    private init(_ path: some Sequence<UInt8>) {
        bytes = [UInt8(ascii: "/")].map { CChar(bitPattern: $0) } + path.map { CChar(bitPattern: $0) } + [0]
    }

    /// Without the NUL.
    var characters: ArraySlice<CChar> { bytes.dropLast() }

    /// The directories above it, from the top, without the root.
    var parents: [NFSPath] {
        let slash = CChar(bitPattern: UInt8(ascii: "/"))
        return characters.indices.dropFirst().filter { bytes[$0] == slash }.map { NFSPath(characters: bytes[..<$0]) }
    }

    /// What is in this directory under a name.
    func appending(_ name: UnsafeRawBufferPointer) -> NFSPath {
        let slash = CChar(bitPattern: UInt8(ascii: "/"))
        let isRoot = characters.count == 1
        return NFSPath(characters: characters + (isRoot ? [] : [slash]) + name.map { CChar(bitPattern: $0) })
    }

    private init(characters: ArraySlice<CChar>) { bytes = characters + [0] }

    /// For logs.
    var text: String { NameEncoding.text(of: bytes.dropLast().map { UInt8(bitPattern: $0) }) }
}
