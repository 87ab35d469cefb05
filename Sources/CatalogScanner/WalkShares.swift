import CatalogCore
import CatalogStorage
import Foundation
import Synchronization

/// Where the walkers of one root meet: who has nothing left takes what another one gives away, and all of them learn when
/// the walk is over.
final class WalkShares: @unchecked Sendable {
    // Unchecked: every stored variable that changes is atomic or only touched while `condition` is locked.
    private let condition = NSCondition()
    private var shares: [PendingDirectories]
    private var busyCount = 0
    private var firstFailure: (any Error)?
    private let hungryCount = Atomic<Int>(0)
    private let isEnded = Atomic<Bool>(false)
    private let foundCount = Atomic<Int>(0)
    private let listedBytes = Atomic<Int64>(0)

    /// A walk that begins with `first`.
    init(_ first: PendingDirectories) {
        shares = [first]
    }

    /// How many walkers wait for work. Costs nothing, so that it can be asked after each directory.
    var wantedCount: Int { hungryCount.load(ordering: .relaxed) }

    /// Whether a walker failed, so that the others are to end.
    var isOver: Bool { isEnded.load(ordering: .relaxed) }

    /// Why the walk ended early; nil when it came to its end.
    var failure: (any Error)? {
        condition.lock()
        defer { condition.unlock() }
        return firstFailure
    }

    /// The number of a directory that the catalog does not have: never the same one twice in a walk.
    func takeFoundNumber() -> Int { foundCount.add(1, ordering: .relaxed).oldValue }

    /// Counts what a listing says that its files have.
    ///
    /// - Throws: `CatalogError.dataLoss` when all of them together have more than `Limits.rootBytes`.
    func count(_ listing: DirectoryListing) throws {
        guard listing.fileBytes > 0 else { return }
        let sum = listedBytes.add(listing.fileBytes, ordering: .relaxed).newValue
        guard sum <= Limits.rootBytes else { throw DirectoryListing.unbelievable }
    }

    /// Waits for work. Every share that was taken ends with `finishShare` or `end`.
    ///
    /// - Returns: nil when the walk is over: nothing is left, and nobody has anything that could become more.
    func take() -> PendingDirectories? {
        condition.lock()
        defer { condition.unlock() }
        hungryCount.add(1, ordering: .relaxed)
        defer { hungryCount.subtract(1, ordering: .relaxed) }
        while true {
            if isOver { return nil }
            if let share = shares.popLast() {
                busyCount += 1
                return share
            }
            if busyCount == 0 { return nil }
            condition.wait()
        }
    }

    /// Gives work away. What the walker has found so far must be on its way to the writer: who takes the share names
    /// directories by numbers that the writer learns from it.
    func give(_ share: PendingDirectories) {
        condition.lock()
        defer { condition.unlock() }
        shares.append(share)
        condition.broadcast()
    }

    /// Notes that a walker has done all of its share.
    func finishShare() {
        condition.lock()
        defer { condition.unlock() }
        busyCount -= 1
        if busyCount == 0 { condition.broadcast() }
    }

    /// Ends the walk early; the first reason stays.
    func end(_ failure: any Error) {
        condition.lock()
        defer { condition.unlock() }
        if firstFailure == nil { firstFailure = failure }
        isEnded.store(true, ordering: .relaxed)
        condition.broadcast()
    }
}
