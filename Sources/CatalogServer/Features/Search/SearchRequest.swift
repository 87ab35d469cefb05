package import CatalogCore

/// What somebody searches for.
package struct SearchRequest: Sendable {
    /// What hits can be sorted by.
    package enum Field: String, Sendable, CaseIterable {
        case name, size, modified, path, created
        case fileExtension = "extension"
    }

    /// Words that the name contains.
    package var text: String
    /// Text form of a path; may begin with a root's name.
    package var path: String?
    package var fileExtension: String?
    package var mimeType: String?
    package var minSize: Int64?
    package var maxSize: Int64?
    /// Names of storage roots; nil for all.
    package var rootNames: [String]?
    package var isDirectory: Bool?
    package var sortBy: Field = .name
    package var isDescending = false
    package var page: Page

    package init(text: String, page: Page) {
        self.text = text
        self.page = page
    }

    /// Whether the database has to look at every hit, because the index of names does not know what is asked.
    var needsAttributes: Bool { sortBy != .name || minSize != nil || maxSize != nil }
}
