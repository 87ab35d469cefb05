package import CatalogCore

/// A question to the name index: which names, where, and which part of the answer.
///
/// Sizes and times are not known to the index; who filters or sorts by them asks for every hit and lets the database do
/// it.
package struct NameQuery: Sendable {
    /// The direction of the order by folded name.
    package enum Order: Sendable {
        case ascending
        case descending
    }

    /// What the caller typed; see `NameWords` for how it is read.
    package var text: String
    /// The storage roots to search: what the caller may see, narrowed to what was asked for.
    package var scope: AccessScope
    /// Only files with this extension, with or without its dot, in any case; nil or empty for every entry.
    package var fileExtension: String?
    /// Only files whose media type is one of these (the types of `MIMEType`); nil for every entry.
    package var mimeTypes: Set<String>?
    /// Only files of these classes; nil for every entry.
    package var fileTypes: Set<FileType>?
    /// True for directories only, false for everything else only.
    package var isDirectory: Bool?
    /// Only what stands directly in one of these directories; nil for everywhere.
    package var directories: DirectorySet?
    /// The order of the page; ties are always broken by ascending id.
    package var order: Order = .ascending
    /// Ids of the page at most.
    package var limit: Int = Limits.pageRowsDefault
    /// Hits left out before the page.
    package var offset: Int = 0

    /// A question for every name that matches `text` in `scope`; the filters are set afterwards.
    package init(_ text: String, in scope: AccessScope) {
        self.text = text
        self.scope = scope
    }
}

/// The answer of the name index.
package struct NameHits: Sendable, Equatable {
    /// Ids of entries: the page in the order asked for, or every hit by ascending id.
    package let ids: [EntryID]
    /// How many entries match in all.
    package let total: Int

    package init(ids: [EntryID], total: Int) {
        self.ids = ids
        self.total = total
    }
}

/// Ids of directories, as a filter: everything below a path, for example.
///
/// *Shape*: one sorted array, eight bytes for each directory; the 110,000 directories of a million files take 0.9 MiB.
package struct DirectorySet: Sendable {
    let sortedIDs: [EntryID]

    /// - Parameter ids: in any order; repeated ones count once.
    package init(_ ids: [EntryID]) {
        sortedIDs = ids.sorted()
    }
}
