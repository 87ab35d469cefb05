import CatalogCore
import CatalogStorage

/// What the directories on the way to the current one look like, the first one of the walk first.
///
/// A server that follows links may show a directory below itself (`loop -> ..`), and there once more, without an end. That is
/// seen by what is listed: the same once more, though it lies below itself.
struct PathDigests: Sendable {
    /// Storages without file numbers may have equal directories below each other, though not so many with files in them.
    private static let equalMax = 3
    private var digests: [DirectoryDigest?] = []
    private var firstDepth = 0

    init() {}

    /// - Parameter firstDepth: names above the directory where the walk begins.
    init(firstDepth: Int) {
        self.firstDepth = firstDepth
    }

    /// Forgets what does not lie above a directory with so many names above it.
    mutating func leave(to depth: Int) {
        digests.removeLast(max(0, digests.count - (depth - firstDepth)))
    }

    /// Takes the directory that the walk is at; nil for one that nobody has listed.
    mutating func enter(_ digest: DirectoryDigest?) { digests.append(digest) }

    /// Whether a listing of the directory that the walk is at is one of a directory above it.
    func haveLoop(_ digest: DirectoryDigest, of listing: DirectoryListing) -> Bool {
        let equal = digests.count { $0 == digest }
        // With the number of the directory itself no other one has this digest.
        guard listing.inode == 0 else { return equal > 0 }
        return equal >= Self.equalMax && listing.entries.contains { $0.kind == .file }
    }
}

extension ScanErrorRow {
    /// What is said of a directory that is one above it.
    static func linkLoop(at path: String) -> ScanErrorRow {
        ScanErrorRow(
            path: path, code: "linkLoop",
            message: "Holds the same as a directory above it: a link that the storage follows; not entered")
    }
}
