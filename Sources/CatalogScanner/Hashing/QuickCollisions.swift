import CatalogCore

/// Files of one pass whose ends turned out to be equal: all of them can be read before the database tells so.
///
/// The database has the last word. It also knows files of other roots and of passes before, names of one file, and what does not
/// fit in here.
struct QuickCollisions {
    /// The first file with each quick hash.
    private var firsts: [[UInt8]: HashCandidate] = [:]
    private var ids: Set<EntryID> = []
    /// Files that have their quick hash with another one, and of which not all was read.
    private(set) var found: [HashCandidate] = []

    /// Whether a file is one of `found`.
    func isFound(_ id: EntryID) -> Bool { ids.contains(id) }

    /// Takes note of what was read of a file. Of one that is doubted the rest may be known.
    mutating func note(_ file: HashCandidate, _ hash: FileHash) {
        guard let quick = hash.quick, hash.content == nil, !file.identity.hasMoreNames, !file.isDoubted else { return }
        if let first = firsts[quick] {
            add(first)
            add(file)
        } else if firsts.count < Limits.hashCollisionsKept {
            firsts[quick] = file
        }
    }

    private mutating func add(_ file: HashCandidate) {
        guard found.count < Limits.hashCollisionsKept, ids.insert(file.id).inserted else { return }
        found.append(file)
    }
}
