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

    /// For logs.
    var text: String { NameEncoding.text(of: bytes.dropLast().map { UInt8(bitPattern: $0) }) }
}
