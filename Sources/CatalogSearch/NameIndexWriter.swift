import CatalogCore
import CatalogDatabase
import Glibc

/// Keeps the pack in a directory in step with the journal.
///
/// It belongs to one thread at a time, and may block it.
final class NameIndexWriter {
    private let path: String
    private let identity: PackIdentity
    private let lock: Int32
    private let published: PublishedPack
    private let note: @Sendable (String) -> Void
    private let reads: ForegroundReads
    private var patience: ForegroundReads.Patience
    private var namesSincePause = 0
    private var pack: PackWriter
    /// False while the pack is damaged and could not be built again.
    private(set) var isUsable = true
    /// Dead names from which on the pack is written anew; more after an attempt that failed.
    private var deadToCompact = NameIndexWriter.deadMin

    /// Rows of the journal that are applied from one state of the database: enough to be fast, few enough not to keep
    /// the database from cleaning up behind its writers for long.
    private static let rowsPerStep = 32
    /// The pack is written anew when a quarter of its names is dead, unless they are so few that nobody notices.
    private static let deadMin = 1_000
    private static let deadShare = 4
    /// Names that are added without a look at the reads that wait, and with one patience.
    private static let namesPerLook = 256
    private static let namesPerPatience = 4_096
    private static let patienceMilliseconds = 80

    /// What the writer has to do with beside its file.
    struct Context {
        let published: PublishedPack
        let threads: SearchThreads
        let reads: ForegroundReads
        let note: @Sendable (String) -> Void
    }

    /// Opens the pack in `directory`, or builds it from the catalog when it is missing or not to be trusted.
    ///
    /// - Throws: `CatalogError.conflict` when another process has it open; `.unavailable`; `.insufficientStorage`.
    init(
        directory: String, identity: PackIdentity, connection: any SQLConnection, context: Context
    ) throws {
        path = directory + "/names.pack"
        self.identity = identity
        published = context.published
        note = context.note
        reads = context.reads
        patience = reads.patience(milliseconds: Self.patienceMilliseconds)
        lock = try NameIndexWriter.takeLock(directory)
        do {
            unlink(path + ".new")
            pack = try PackWriter(PackFile.openTrusted(path: path, identity: identity), on: context.threads)
            // From here on the file on the disk may be half written when the machine goes down, so it must say so
            // first.
            pack.file.commit(pack.file.header.position, isClean: false)
            try pack.file.sync()
        } catch let damage as PackDamage {
            note("building the search index, since \(damage.reason)")
            do {
                pack = try NameIndexWriter.build(path: path, identity: identity, connection)
            } catch {
                Glibc.close(lock)
                throw error
            }
        } catch {
            Glibc.close(lock)
            throw error
        }
    }

    deinit {
        Glibc.close(lock)
    }

    /// What searches read.
    var segments: [PackSegment] { pack.file.segments }
    /// The last row of the journal that is in the pack.
    var position: JournalPosition { pack.file.header.position }

    /// Applies the next rows of the journal, from one state of the database.
    ///
    /// - Returns: whether there may be more.
    func applyNext(_ connection: any SQLConnection) throws -> Bool {
        do {
            try pack.file.checkUntouched()
            return try applyRows(connection)
        } catch let damage as PackDamage {
            note("building the search index, since \(damage.reason)")
            isUsable = false
            published.withdraw(NameIndex.damaged)
            pack = try NameIndexWriter.build(path: path, identity: identity, connection)
            isUsable = true
            return true
        }
    }

    private func applyRows(_ connection: any SQLConnection) throws -> Bool {
        let rows = try NameJournalStore(connection).changes(from: position.sequence, limit: NameIndexWriter.rowsPerStep)
        let new = rows.drop { $0.position.sequence <= position.sequence }
        // A row that was applied is not read again, so that one without meaning leads to one build and not to many.
        guard reaches(rows.first), new.allSatisfy({ $0.operation != nil }) else {
            note("building the search index, since the journal does not reach back to it")
            pack = try NameIndexWriter.build(path: path, identity: identity, connection)
            return true
        }
        for change in new { try apply(change, connection) }
        if let last = new.last { pack.file.commit(last.position, isClean: false) }
        guard rows.count < NameIndexWriter.rowsPerStep else { return true }
        compact()
        return false
    }

    /// Makes the journal before `position` unnecessary for this pack: both copies of its header say so then.
    func settle() {
        // Never a header of ours over what somebody else wrote.
        guard pack.file.isUntouched else { return }
        pack.file.commit(position, isClean: false)
    }

    /// Brings everything to the disk, so that the next start finds it whole even after a power cut.
    func close() throws {
        guard pack.file.isUntouched else {
            unlink(path)
            return
        }
        try pack.file.sync()
        pack.file.commit(position, isClean: true)
        try pack.file.sync()
    }

    /// Whether `first`, the oldest row of the journal from our position on, shows that nothing is missing in between:
    /// it is the very row that was applied last.
    private func reaches(_ first: NameChange?) -> Bool {
        guard position.sequence > 0 else { return (first?.position.sequence ?? 1) <= 1 }
        return first?.position == position
    }

    private func apply(_ change: NameChange, _ connection: any SQLConnection) throws {
        let store = NameIndexStore(connection)
        let (first, last) = (change.position.firstID, change.position.lastID)
        if let ids = change.ids {
            if change.operation == .removed { return pack.kill(ids) }
            try published.change {
                pack.kill(ids)
                try store.forEachEntry(among: ids) { try pack.append($0) }
                return segments
            }
        } else if first <= last {
            if change.operation == .removed { return pack.kill(first...last, of: change.root) }
            let append = {
                try store.forEachEntry(of: change.root, from: first, through: last) { try self.pack.append($0) }
            }
            // Nothing of ids that were never seen before can be on its way.
            guard first <= pack.largestID else {
                return try store.forEachEntry(of: change.root, from: first, through: last) { name in
                    letPass()
                    try pack.append(name)
                }
            }
            try published.change {
                pack.kill(first...last, of: change.root)
                try append()
                return segments
            }
        }
    }

    /// Reads go first, also in the middle of a large change. Not where searches wait for the writer.
    private func letPass() {
        namesSincePause += 1
        guard namesSincePause.isMultiple(of: Self.namesPerLook) else { return }
        if namesSincePause.isMultiple(of: Self.namesPerPatience) {
            patience = reads.patience(milliseconds: Self.patienceMilliseconds)
        }
        patience.letPass()
    }

    /// Leaves the dead behind, when they are many.
    ///
    /// Failing does no harm but to the size of the file, so it is noted, and tried again when twice as many are dead.
    private func compact() {
        guard pack.deadCount >= deadToCompact, pack.deadCount * NameIndexWriter.deadShare > pack.recordCount
        else { return }
        let living = pack
        do {
            pack = try NameIndexWriter.replace(path: path, identity: identity, position: position) {
                try living.copyLiving(to: $0)
            }
            deadToCompact = NameIndexWriter.deadMin
        } catch {
            deadToCompact = living.deadCount * 2
            note("the search index stays larger than it has to be: \(error)")
        }
    }

    private static func build(path: String, identity: PackIdentity, _ connection: any SQLConnection) throws
        -> PackWriter
    {
        let position = try NameJournalStore(connection).latest()
        return try replace(path: path, identity: identity, position: position) { pack in
            try NameIndexStore(connection).forEachEntry { try pack.append($0) }
        }
    }

    /// Fills a new pack beside the old one and puts it in its place.
    ///
    /// Searches that are under way keep the old one.
    private static func replace(
        path: String, identity: PackIdentity, position: JournalPosition, _ fill: (PackWriter) throws -> Void
    ) throws -> PackWriter {
        let new = path + ".new"
        do {
            let pack = try PackWriter(new: PackFile.create(path: new, identity: identity))
            try fill(pack)
            pack.file.commit(position, isClean: false)
            guard rename(new, path) == 0 else { throw PackFailure.system("rename \(new) to \(path)", errno) }
            return pack
        } catch {
            // On a full disk, half a pack would only keep others from writing.
            unlink(new)
            throw error
        }
    }

    private static func takeLock(_ directory: String) throws -> Int32 {
        if mkdir(directory, 0o700) != 0, errno != EEXIST { throw PackFailure.system("mkdir \(directory)", errno) }
        let lock = open(directory + "/names.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw PackFailure.system("open \(directory)/names.lock", errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(lock)
            throw CatalogError(
                .conflict,
                "The search index in \(directory) is in use by a scan, a search or a server. Try again when that is over."
            )
        }
        return lock
    }
}
