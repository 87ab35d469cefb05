import CatalogCore
import CatalogStorage

/// How the walker names a directory to the writer.
enum DirectoryReference: Sendable {
    /// The catalog has it under this id.
    case known(EntryID)
    /// It was found in this walk: the n-th one, counted by both sides.
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
        case failed(CatalogError)
    }

    let reference: DirectoryReference
    let outcome: Outcome
    /// Entries seen in it (direct ones), for progress.
    let entryCount: Int
}

/// The part of a listing that belongs to the directory itself.
struct ListedDirectory: Sendable {
    /// Its entries, as a range of the batch's `entries`, sorted by name.
    let entries: Range<Int>
    /// Names that are there but could not be looked at, or whose storage is away: their rows stay as they are.
    let keptNames: [[UInt8]]
    let digest: DirectoryDigest?
    let modifiedNS: Int64
    let changedNS: Int64
    let birthNS: Int64
    let device: Int64
    let inode: Int64
}

/// One entry of a listing, as the walker passes it on.
struct WalkedEntry: Sendable {
    let listed: ListedEntry
    /// The walker's number of a directory that the catalog does not have in this place; nil for everything else.
    let foundNumber: Int?
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
    var errors: [ScanErrorRow] = []
    var currentPath = ""

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
