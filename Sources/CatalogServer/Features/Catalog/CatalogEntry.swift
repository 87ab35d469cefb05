package import CatalogCore
import CatalogDatabase

/// An entry as the API shows it: a row of the catalog with its place in text form.
package struct CatalogEntry: Sendable {
    /// Stays the same while the entry keeps its place; never used twice.
    package let id: EntryID
    /// The storage root that holds it.
    package let rootID: RootID
    /// The root's name, as people gave it.
    package let rootName: String
    /// Whether the storage could not be reached when it was last tried.
    package let isOffline: Bool
    /// The directory that holds it; nil directly below the root.
    package let parentID: EntryID?
    package let kind: EntryKind
    /// Text form of the name; empty for a root's own directory.
    package let nameText: String
    /// Text form of the path from the root to the directory that holds it, with a slash at the end; empty for what is
    /// directly below the root. It is one text that the entries of a page share.
    package fileprivate(set) var directoryPath: String
    /// Bytes; for a directory of its whole tree, as far as the caller may see it.
    package fileprivate(set) var sizeBytes: Int64
    /// Nanoseconds since 1970.
    package let modifiedNS: Int64
    /// Microseconds since 1970.
    package let firstSeenAt: Int64
    /// The same; nil in pages of many, where nobody asks for it.
    package let updatedAt: Int64?
    /// The group of files with the same content that it is in, as far as the caller may see that.
    package fileprivate(set) var duplicateGroupID: Int64?

    /// The name as the storage has it.
    package var name: [UInt8] { NameEncoding.bytes(of: nameText) }
    /// Text form of the path below the root; empty for the root itself.
    package var path: String { directoryPath + nameText }
    /// Whether other entries may be below it; links are never followed.
    package var isDirectory: Bool { kind == .directory }
    /// Lower case, without the dot; nil for directories.
    package var fileExtension: String? { isDirectory ? nil : FileExtension.of(text: nameText) }
}

extension CatalogEntry {
    /// The same entry in a directory whose path was not known before.
    func inDirectory(_ path: String) -> CatalogEntry {
        var copy = self
        copy.directoryPath = path
        return copy
    }

    /// The same directory with the size of what may be seen of it.
    func showing(bytes: Int64) -> CatalogEntry {
        var copy = self
        copy.sizeBytes = bytes
        return copy
    }

    /// The same file without its group, where the caller may see no other file of it.
    func hidingDuplicates() -> CatalogEntry {
        var copy = self
        copy.duplicateGroupID = nil
        return copy
    }

    /// The directory of a root of which nothing but its settings is known.
    init(unscanned root: StorageRoot) {
        self.init(
            id: 0, rootID: root.id, rootName: root.name, isOffline: root.status == .offline, parentID: nil,
            kind: .directory, nameText: "", directoryPath: "", sizeBytes: 0, modifiedNS: root.createdAt * 1_000,
            firstSeenAt: root.createdAt, updatedAt: root.updatedAt)
    }
}

/// Which part of a listing is wanted.
package struct CatalogPart: Sendable {
    let order: CatalogOrder
    let page: Page
    /// Behind which the page begins, whatever its offset; nil for a page by its offset.
    let cursor: CatalogCursor?
}

/// Which page of which directory is wanted, and by whom.
struct CatalogPageRequest: Sendable {
    let rootName: String
    let path: StoragePath
    let order: CatalogOrder
    let page: Page
    /// Behind which the page begins, whatever its offset; nil for a page by its offset.
    var cursor: CatalogCursor?
    let scope: AccessScope
}

/// One page of a directory, in the form that its reader asked for.
package struct CatalogPage<Output: Sendable>: Sendable {
    /// What the entries became.
    package var output: Output
    /// Entries of this page.
    package var count: Int
    /// Entries of the directory.
    package let total: Int
    /// The last entry of a page that is full.
    var last: CatalogEntry?
}

/// A place in the catalog: a root, and a directory or file in it.
struct CatalogPlace: Sendable {
    let rootID: RootID
    let rootName: String
    let isOffline: Bool
    let lastScanAt: Int64?
    /// The entry of the root's own directory; nil before the first scan.
    let rootEntryID: EntryID?
    /// Where the root is.
    let url: String
}

/// The fields that a listing can be sorted by, and the direction.
package struct CatalogOrder: Sendable, Hashable {
    /// What to compare; the raw value is the word of the query.
    package enum Field: String, Sendable, CaseIterable {
        case name, size, modified
    }

    /// The field that is compared first; entries that are equal in it follow their ids.
    package let field: Field
    /// Whether the greatest comes first.
    package let isDescending: Bool

    /// Every order that there is.
    static let all = Field.allCases.flatMap { field in
        [false, true].map { CatalogOrder(field: field, isDescending: $0) }
    }

    private init(field: Field, isDescending: Bool) {
        self.field = field
        self.isDescending = isDescending
    }

    /// Unknown fields fall back to the name; everything but `desc` ascends.
    package init(sortBy: String?, sortOrder: String?) {
        field = sortBy.flatMap(Field.init(rawValue:)) ?? .name
        isDescending = sortOrder == "desc"
    }
}
