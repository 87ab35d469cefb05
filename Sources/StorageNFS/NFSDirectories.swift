import CatalogCore
import Synchronization

/// Directories of an export that somebody has looked at a moment ago: none of them is a link, so a path through them stays where it says.
///
/// The library follows links in the middle of a path by itself. That leads out of what a caller may see; and in version 4 it takes what a
/// link says for a text with an end, which it has not (libnfs 4.0, `nfs4_lookup_path_2_cb`).
final class NFSDirectories: Sendable {
    private static let keptMost = 100_000
    /// Microseconds.
    private static let holds: Int64 = 60_000_000

    /// Until when each is known, by a hash of its path: nobody outside can choose two paths with the same.
    private let knownUntil = Mutex<[Int: Int64]>([:])

    func isKnown(_ path: some Sequence<CChar>) -> Bool {
        let key = Self.key(path)
        return knownUntil.withLock { $0[key] ?? 0 } > TimeSource.monotonic.now
    }

    func note(_ path: some Sequence<CChar>) {
        let key = Self.key(path)
        let end = TimeSource.monotonic.now + Self.holds
        knownUntil.withLock { known in
            if known.count >= Self.keptMost { known.removeAll(keepingCapacity: true) }
            known[key] = end
        }
    }

    private static func key(_ path: some Sequence<CChar>) -> Int {
        var hasher = Hasher()
        for byte in path { hasher.combine(byte) }
        return hasher.finalize()
    }
}
