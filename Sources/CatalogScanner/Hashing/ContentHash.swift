import CXXHash
import CatalogCore

/// The hash over content, by which files are compared: XXH3 with 128 bits, in the canonical order of bytes.
///
/// It is fast and no defence against somebody who makes two files with one hash on purpose.
package enum ContentHash {
    /// As it stands beside each stored value.
    package static let algorithm = "xxh3_128"
    /// Bytes at each end of a file that the quick hash covers (ruling 47). A file of twice as many is read whole for it.
    static let edgeBytes = 64 << 10

    /// Hexadecimal digits of a stored value, as the API shows it.
    package static func text(of hash: [UInt8]) -> String {
        hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// One hash over bytes that come in pieces. Used by one thread.
final class ContentHasher {
    private let state: OpaquePointer

    /// - Throws: `CatalogError.unavailable` when there is no memory.
    init() throws {
        guard let state = XXH3_createState() else {
            throw CatalogError(.unavailable, "The server is busy", cause: "no memory for a hash")
        }
        XXH3_128bits_reset(state)
        self.state = state
    }

    /// Goes on where another one was.
    ///
    /// - Parameter kept: its `kept`.
    /// - Returns: nil for what another version of the library has made.
    /// - Throws: as the other one.
    convenience init?(resuming kept: [UInt8]) throws {
        guard let version = Self.version, kept.count == version.count + Int(catalogizer_xxh3_kept_bytes),
            kept.starts(with: version)
        else { return nil }
        try self.init()
        kept.dropFirst(version.count).withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { catalogizer_xxh3_resume(state, start) }
        }
    }

    deinit {
        XXH3_freeState(state)
    }

    /// What to go on with later, also in another process; nil where that cannot be done.
    var kept: [UInt8]? {
        guard let version = Self.version else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(catalogizer_xxh3_kept_bytes))
        bytes.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { catalogizer_xxh3_keep(state, start) }
        }
        return version + bytes
    }

    /// What states are marked with; nil when the library is of another minor version than this program was compiled with.
    /// *Source*: xxhash.h, 0.8.0 to 0.8.3, have one shape of a state.
    private static let version: [UInt8]? = {
        let version = UInt32(XXH_versionNumber())
        guard version / 100 == UInt32(catalogizer_xxh3_version) / 100 else { return nil }
        return withUnsafeBytes(of: version.littleEndian) { Array($0) }
    }()

    func add(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// Adds a size: eight bytes, the lowest first.
    func add(size: Int64) {
        withUnsafeBytes(of: size.littleEndian) { add($0) }
    }

    /// Of everything so far.
    var bytes: [UInt8] {
        let hash = XXH3_128bits_digest(state)
        var result: [UInt8] = []
        for word in [hash.high64, hash.low64] { withUnsafeBytes(of: word.bigEndian) { result += $0 } }
        return result
    }
}
