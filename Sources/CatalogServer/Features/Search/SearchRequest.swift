package import CatalogCore
import CatalogSearch

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
    /// Where the page before ended; `page.offset` counts for nothing then.
    var cursor: SearchCursor?

    package init(text: String, page: Page) {
        self.text = text
        self.page = page
    }

    /// The sizes that hits may have; nil when none can be at least the one and at most the other.
    var sizes: ClosedRange<Int64>? {
        let (least, most) = (minSize ?? .min, maxSize ?? .max)
        return least <= most ? least...most : nil
    }

    /// Whether sizes of directories have a part in the answer.
    var needsDirectorySizes: Bool {
        isDirectory != false && (sortBy == .size || minSize != nil || maxSize != nil)
    }
}

extension SearchRequest.Field {
    /// The same in the words of the index.
    var indexField: NameQuery.Field {
        switch self {
        case .name: .name
        case .size: .size
        case .modified: .modified
        case .path: .path
        case .created: .created
        case .fileExtension: .fileExtension
        }
    }
}
