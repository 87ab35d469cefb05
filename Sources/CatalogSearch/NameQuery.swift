package import CatalogCore

/// A question to the name index: which names, where, and which part of the answer.
///
/// The sizes of directories are not known to the index, which would have to follow every change below them; who filters or
/// sorts by size hands them in.
package struct NameQuery: Sendable {
    /// The direction of the order.
    package enum Order: Sendable {
        case ascending
        case descending
    }

    /// What the hits are ordered by; ties are always broken by ascending id.
    package enum Field: Sendable {
        /// The bytes of the folded name.
        case name
        case size
        case modified
        /// When the entry was first seen.
        case created
        /// Entries without one, and directories, stand as if it were empty.
        case fileExtension
        /// The bytes of the folded names from the root's on, joined by `/`; `rootNames` must hold those of the roots.
        case path
    }

    /// What the caller typed; see `NameWords` for how it is read.
    package var text: String
    /// The storage roots to search: what the caller may see, narrowed to what was asked for.
    package var scope: AccessScope
    /// Roots in `scope` of which only a part may be seen, and that part; nil when there is none.
    package var restriction: (roots: Set<RootID>, part: Subtree)?
    /// Only files with this extension, with or without its dot, in any case; nil or empty for every entry.
    package var fileExtension: String?
    /// Only files whose media type is one of these (the types of `MIMEType`); nil for every entry.
    package var mimeTypes: Set<String>?
    /// Only files of these classes; nil for every entry.
    package var fileTypes: Set<FileType>?
    /// True for directories only, false for everything else only.
    package var isDirectory: Bool?
    /// Only what stands there; nil for everywhere.
    package var subtree: Subtree?
    /// Only entries of these sizes, in bytes; nil for every entry.
    package var sizes: ClosedRange<Int64>?
    /// The sizes of directories, for `sizes` and the order by size; one that is not in here has size 0.
    package var directorySizes = DirectorySizes([])
    /// Sizes of directories of which not everything may be seen, which count instead.
    package var shownDirectorySizes: [EntryID: Int64] = [:]
    /// The names of storage roots, for the order by path.
    package var rootNames: [RootID: String] = [:]
    /// What the page is ordered by, and in which direction.
    package var field: Field = .name
    package var order: Order = .ascending
    /// Ids of the page at most.
    package var limit: Int = Limits.pageRowsDefault
    /// Hits left out before the page; counts for nothing beside a cursor.
    package var offset: Int = 0
    /// Where the page before ended: this one begins behind it, whatever came and went before it meanwhile.
    package var cursor: NameCursor?

    /// A question for every name that matches `text` in `scope`; the filters are set afterwards.
    package init(_ text: String, in scope: AccessScope) {
        self.text = text
        self.scope = scope
    }
}

/// The answer of the name index.
package struct NameHits: Sendable, Equatable {
    /// Ids of entries: the page, in the order asked for.
    package let ids: [EntryID]
    /// How many entries match in all.
    package let total: Int
    /// Where the page ended; nil when there is nothing behind it.
    package var next: NameCursor?

    package init(ids: [EntryID], total: Int) {
        self.ids = ids
        self.total = total
    }
}

/// The place of a hit among all hits, by what it is ordered by and its id: it says where a page ended even when that hit is gone.
package struct NameCursor: Sendable, Equatable {
    /// Which reading of the text it is about: another one has other hits.
    package let reading: Int
    /// Bytes that compare like the place, in the order that the page was made in, and are no other's.
    package let place: [UInt8]

    /// - Parameter reading: from 0.
    package init(reading: Int, place: [UInt8]) {
        (self.reading, self.place) = (reading, place)
    }
}

/// A filter: what is at a path or below it.
///
/// *Shape*: sorted arrays, eight bytes for each directory; the 110,000 directories of a million files take 0.9 MiB.
package struct Subtree: Sendable {
    let sortedTops: [EntryID]
    let sortedDirectories: [EntryID]

    /// - Parameters:
    ///   - tops: entries that are hits themselves: what is at the path.
    ///   - directories: what stands directly in one of them is a hit.
    package init(tops: [EntryID], directories: [EntryID]) {
        sortedTops = tops.sorted()
        sortedDirectories = directories.sorted()
    }
}

/// The sizes of directories: of everything below them.
///
/// *Shape*: two arrays, sixteen bytes for each directory; the 110,000 directories of a million files take 1.7 MiB.
package struct DirectorySizes: Sendable {
    let sortedIDs: [EntryID]
    let sizes: [Int64]

    /// - Parameter directories: by ascending id, each id once.
    package init(_ directories: [(id: EntryID, sizeBytes: Int64)]) {
        sortedIDs = directories.map(\.id)
        sizes = directories.map(\.sizeBytes)
    }

    private init(sortedIDs: [EntryID], sizes: [Int64]) {
        (self.sortedIDs, self.sizes) = (sortedIDs, sizes)
    }

    /// The same with other sizes for some directories, of which not everything counts.
    package func replacing(_ changed: [EntryID: Int64]) -> DirectorySizes {
        var sizes = sizes
        for (index, id) in sortedIDs.enumerated() {
            if let size = changed[id] { sizes[index] = size }
        }
        return DirectorySizes(sortedIDs: sortedIDs, sizes: sizes)
    }
}
