import CatalogCore
import CatalogScanner
import CatalogStorage

/// What has changed in a storage root and is in no scan yet that came to its end.
///
/// A copy of a thousand files is one scan and not a thousand: it waits for a moment of quiet, but not for long.
struct PendingChanges {
    /// Nothing happened for so long: now.
    private static let quiet = Duration.milliseconds(300)
    /// Changes do not wait longer than this, whatever else happens.
    private static let patience = Duration.seconds(1)
    /// What cannot be read for so long stays an error until it changes.
    private static let triesMax = 3

    /// What a scan has to look at.
    private struct Work {
        var directories: Set<NativePath> = []
        /// How closely to look at the whole root; nil for at the directories only.
        var whole: ScanType?
        /// Scans that could not read all of it.
        var tries = 0

        var isEmpty: Bool { directories.isEmpty && whole == nil }

        mutating func add(_ other: Work) {
            directories.formUnion(other.directories)
            tries = max(tries, other.tries)
            if whole == nil || other.whole == .incremental { whole = other.whole ?? whole }
            simplify()
        }

        /// A quick scan does not see what was written into a file, so it leaves the directories to another one.
        private mutating func simplify() {
            if directories.count > Limits.watchedChangesWaiting { whole = .incremental }
            if whole == .incremental { directories = [] }
        }
    }

    private var waiting = Work()
    /// What the next scan would take.
    private var next: Work {
        if let whole = waiting.whole { return Work(whole: whole) }
        guard waiting.directories.count > Limits.watchedChanges else { return waiting }
        return Work(directories: Set(waiting.directories.prefix(Limits.watchedChanges)), tries: waiting.tries)
    }
    private var running: (job: JobID, work: Work)?
    private var later: [(work: Work, at: ContinuousClock.Instant)] = []
    private var firstAt: ContinuousClock.Instant?
    private var lastAt: ContinuousClock.Instant?
    private var notBefore: ContinuousClock.Instant?

    /// Whether nothing is due soon.
    var isQuiet: Bool { firstAt == nil }

    /// The scan that looks at some of it just now.
    var job: JobID? { running?.job }

    mutating func add(_ changed: some Sequence<NativePath>, at now: ContinuousClock.Instant) {
        waiting.add(Work(directories: Set(changed)))
        if !waiting.isEmpty { note(now) }
    }

    /// Changes that nobody can tell one by one.
    mutating func lookAtAll(as type: ScanType, at now: ContinuousClock.Instant) {
        waiting.add(Work(whole: type))
        note(now)
    }

    private mutating func note(_ now: ContinuousClock.Instant) {
        if firstAt == nil { firstAt = now }
        lastAt = now
    }

    /// A scan that sees it, or the first part of very much; nil while it is too soon for one, and while another one runs.
    func request(for root: RootID, at now: ContinuousClock.Instant) throws -> ScanRequest? {
        guard running == nil, let firstAt, let lastAt, notBefore.map({ now >= $0 }) ?? true else { return nil }
        guard now - lastAt >= Self.quiet || now - firstAt >= Self.patience else { return nil }
        let work = next
        if let whole = work.whole { return ScanRequest(rootID: root, type: whole).madeAutomatic }
        let paths = try work.directories.map { try $0.storagePath() }
        return ScanRequest(rootID: root, changed: paths.sorted { $0.text < $1.text })
    }

    /// The scan that was asked for is on its way.
    mutating func handOver(to job: JobID) {
        let work = next
        running = (job, work)
        waiting.directories.subtract(work.directories)
        if work.whole != nil { waiting.whole = nil }
        notBefore = nil
        if waiting.isEmpty { (firstAt, lastAt, waiting.tries) = (nil, nil, 0) }
    }

    /// The scan has come to its end.
    ///
    /// - Returns: whether it looked at the whole root.
    @discardableResult mutating func finish() -> Bool {
        defer { running = nil }
        return running?.work.whole != nil
    }

    /// The scan has come to its end, and could not read some of the directories: they are looked at again, a few times. Others do not
    /// wait for that.
    mutating func finishInPart(retry: ContinuousClock.Instant) {
        defer { running = nil }
        guard var work = running?.work, work.whole == nil, work.tries < Self.triesMax else { return }
        work.tries += 1
        later.append((work, retry))
    }

    /// Takes up again what could not be read some time ago.
    mutating func takeUp(at now: ContinuousClock.Instant) {
        for work in later.filter({ $0.at <= now }).map(\.work) {
            waiting.add(work)
            note(now)
        }
        later.removeAll { $0.at <= now }
    }

    /// The scan ended before it had seen everything: the rest comes with the next one.
    ///
    /// - Parameter retry: when there is to be one; nil to leave it to what changes later.
    mutating func takeBack(retry: ContinuousClock.Instant?) {
        guard let work = running?.work else { return }
        running = nil
        waiting.add(work)
        guard let retry else { return }
        note(.now)
        notBefore = retry
    }

    /// The root is being scanned: what is here waits.
    mutating func postpone(until time: ContinuousClock.Instant) { notBefore = time }
}
