import CatalogCore
import Synchronization

/// How many downloads each user has open that are sent in pieces.
final class LiveDownloads: Sendable {
    private let counts = Mutex<[UserID: Int]>([:])

    /// Counts one more download, until the result is ended or let go.
    ///
    /// - Throws: `CatalogError.rateLimited` when the user has `Limits.downloadsPerUser` already.
    func begin(of user: UserID) throws -> DownloadSlot {
        try counts.withLock { counts in
            guard counts[user, default: 0] < Limits.downloadsPerUser else {
                throw CatalogError(
                    .rateLimited, "Too many downloads at once; at most \(Limits.downloadsPerUser) may run for one user")
            }
            counts[user, default: 0] += 1
        }
        return DownloadSlot { [self] in end(of: user) }
    }

    private func end(of user: UserID) {
        counts.withLock { counts in
            counts[user, default: 1] -= 1
            if counts[user] == 0 { counts[user] = nil }
        }
    }
}

/// The place of one download among those of its user; it ends once, at the latest when nobody holds it any more.
final class DownloadSlot: Sendable {
    private let once: OnceAction

    fileprivate init(_ action: @escaping @Sendable () -> Void) {
        once = OnceAction(action)
    }

    func end() { once.run() }

    deinit { once.run() }
}
