import CatalogCore
import Synchronization

/// The directories whose direct figures a scan has written: when it looked at a few only, not all of the root have to be added up.
final class ChangedDirectories: Sendable {
    /// Adding up all costs no more than so many one by one.
    private static let countMax = 5_000

    /// Nil when it may be any.
    private let ids: Mutex<Set<EntryID>?>

    /// - Parameter areCounted: whether anybody wants to know which.
    init(areCounted: Bool) {
        ids = Mutex(areCounted ? [] : nil)
    }

    func note(_ id: EntryID) {
        ids.withLock { ids in
            ids?.insert(id)
            if let count = ids?.count, count > Self.countMax { ids = nil }
        }
    }

    /// An earlier run of the same scan has written others.
    func giveUp() { ids.withLock { $0 = nil } }

    /// Nil when it may be any.
    var all: Set<EntryID>? { ids.withLock { $0 } }
}
