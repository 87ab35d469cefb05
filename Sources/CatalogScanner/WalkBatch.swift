import CatalogCore
import CatalogStorage

/// How the walker names a directory to the writer.
enum DirectoryReference: Sendable {
    /// The catalog has it under this id.
    case known(EntryID)
    /// It was found in this walk, under a number that the listing of its parent told the writer before.
    case found(Int)
}

/// What the walker says of one directory.
struct WalkedDirectory: Sendable {
    enum Outcome: Sendable {
        /// Listed, or left alone by a quick scan: as the catalog has it.
        case unchanged
        /// Listed, and not known to be the same: its entries are in the batch.
        case listed(ListedDirectory)
        /// Could not be listed: nothing below it may be touched.
        case failed
    }

    let reference: DirectoryReference
    let outcome: Outcome
    /// Entries seen in it (direct ones), for progress.
    let entryCount: Int
    /// The device that it lay on when it was listed last, where that has another number now.
    var oldDevice: Int64?
    /// Whether that is another number of the same device, for all that lies on it: of the root, or of what is mounted here.
    var isDeviceRenumbered = false
    /// The device that it lies on now, with `oldDevice`.
    var device: Int64?
}

/// The part of a listing that belongs to the directory itself.
struct ListedDirectory: Sendable {
    /// Its entries, as a range of the batch's `entries`, sorted by name.
    let entries: Range<Int>
    /// Names that are there but could not be looked at, or mounts that are away: their rows stay as they are. With an empty name among
    /// them any row may be of such a name, and all stay.
    let keptNames: [[UInt8]]
    let digest: DirectoryDigest?
    let modifiedNS: Int64
    let changedNS: Int64
    let birthNS: Int64
    let device: Int64
    let inode: Int64
    /// Whether a later change must give the directory a later time: else its times prove nothing to a quick scan.
    let isSettled: Bool
}

extension ListedDirectory {
    /// Whether the directory is as its parent listed it.
    func hasAttributes(of entry: ListedEntry) -> Bool {
        modifiedNS == entry.modifiedNS && changedNS == entry.changedNS && birthNS == entry.birthNS
            && device == entry.device && inode == entry.inode
    }
}

extension DirectoryListing {
    /// Whether the directory's times lie so far before the listing began that every change after it shows in them.
    ///
    /// File systems take the time from a clock that stands still between two ticks, some hundredths of a second apart at
    /// most; those that keep whole seconds only (or every other one, as FAT does) stand still for as long.
    func isSettled(at startedAt: Int64) -> Bool {
        let latest = max(modifiedNS, changedNS)
        let hasWholeSeconds = modifiedNS % 1_000_000_000 == 0 && changedNS % 1_000_000_000 == 0
        return latest < startedAt - (hasWholeSeconds ? 2_000_000_000 : 20_000_000)
    }
}

/// One entry of a listing, as the walker passes it on.
struct WalkedEntry: Sendable {
    let listed: ListedEntry
    /// The walker's number of a directory that the catalog does not have in this place; nil for everything else.
    let foundNumber: Int?
    /// Where the folded name stands in the batch's `foldedNames`; nil when the name is its own folded form.
    let foldedName: Range<Int>?
}

/// A piece of the walk on its way to the writer: many small directories or one large one.
struct WalkBatch: Sendable {
    /// A batch is passed on when it has this many entries or directories: large enough that the hand-over costs nothing,
    /// small enough for progress and memory (some 100 bytes an entry).
    static let entriesMax = 4_096
    static let directoriesMax = 1_024

    var directories: [WalkedDirectory] = []
    var entries: [WalkedEntry] = []
    /// The names of all entries; `ListedEntry.nameOffset` points into it.
    var names: [UInt8] = []
    /// The folded forms of names that differ from them. Folding is done by the walkers, since everything waits for the writer.
    var foldedNames: [UInt8] = []
    var errors: [ScanErrorRow] = []
    var currentPath = ""

    /// Lends the bytes of all names, and of those that are folded.
    func withNames(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) rethrows {
        try names.withUnsafeBytes { names in try foldedNames.withUnsafeBytes { try body(names, $0) } }
    }

    var isFull: Bool { entries.count >= Self.entriesMax || directories.count >= Self.directoriesMax }
    var isEmpty: Bool { directories.isEmpty && errors.isEmpty }
}

/// Something that a scan could not read, as the API lists it.
package struct ScanErrorRow: Sendable, Equatable {
    /// Text form of the path below the root.
    package let path: String
    package let code: String
    package let message: String
}

extension ScanErrorRow {
    init(path: String, error: CatalogError) {
        self.init(path: path, code: error.code.rawValue, message: error.message)
    }
}
