import CatalogCore
import CatalogScanner
import CatalogStorage

/// What has changed in a storage root and is in no scan yet.
///
/// A copy of a thousand files is one scan and not a thousand: it waits for a moment of quiet, but not for long.
struct PendingChanges {
    /// Nothing happened for so long: now.
    private static let quiet = Duration.milliseconds(300)
    /// Changes do not wait longer than this, whatever else happens.
    private static let patience = Duration.seconds(1)

    private var directories: Set<NativePath> = []
    /// How closely to look at the whole root; nil for at the directories only.
    private var whole: ScanType?
    private var firstAt: ContinuousClock.Instant?
    private var lastAt: ContinuousClock.Instant?
    private var notBefore: ContinuousClock.Instant?

    var isEmpty: Bool { directories.isEmpty && whole == nil }

    mutating func add(_ changed: some Sequence<NativePath>, at now: ContinuousClock.Instant) {
        directories.formUnion(changed)
        // So much is looked at faster in one go.
        if directories.count > Limits.watchedChanges { lookAtAll(as: .quick, at: now) }
        if !isEmpty { note(now) }
    }

    /// Changes that nobody can tell one by one.
    mutating func lookAtAll(as type: ScanType, at now: ContinuousClock.Instant) {
        if whole == nil || type == .incremental { whole = type }
        directories = []
        note(now)
    }

    private mutating func note(_ now: ContinuousClock.Instant) {
        if firstAt == nil { firstAt = now }
        lastAt = now
    }

    /// The scan that sees all of it; nil while it is too soon for one.
    func request(for root: RootID, at now: ContinuousClock.Instant) throws -> ScanRequest? {
        guard let firstAt, let lastAt, notBefore.map({ now >= $0 }) ?? true else { return nil }
        guard now - lastAt >= Self.quiet || now - firstAt >= Self.patience else { return nil }
        if let whole { return ScanRequest(rootID: root, type: whole).madeAutomatic }
        let paths = try directories.map { try $0.storagePath() }
        return ScanRequest(rootID: root, changed: paths.sorted { $0.text < $1.text })
    }

    /// The scan is on its way.
    mutating func handOver() { self = PendingChanges() }

    /// The root is being scanned: what is here waits.
    mutating func postpone(until time: ContinuousClock.Instant) { notBefore = time }
}
