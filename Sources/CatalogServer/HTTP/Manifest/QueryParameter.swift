import CatalogCore

/// A documented parameter of a query string.
package struct QueryParameter: Sendable {
    /// The JSON type of its value.
    package enum Kind: String, Sendable {
        case string, integer, boolean
    }

    /// As it stands in the query string.
    package let name: String
    /// The JSON type that its text must have.
    package let kind: Kind
    /// One line for the document.
    package let summary: String
    /// Whether a request without it is refused.
    package let isRequired: Bool
    /// As text in the form of the query string.
    package let defaultValue: String?
    /// Every accepted value, when the list is closed.
    package let allowed: [String]
    /// The largest number that has a meaning of its own; larger ones count as it.
    package private(set) var maximum: Int?

    package init(
        _ name: String, _ kind: Kind, _ summary: String, isRequired: Bool = false, default defaultValue: String? = nil,
        allowed: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.allowed = allowed
    }

    /// The same with a largest number.
    package func upTo(_ maximum: Int) -> QueryParameter {
        var copy = self
        copy.maximum = maximum
        return copy
    }

    /// Rows of a page.
    package static let limit = QueryParameter(
        "limit", .integer, "Rows at most; more than \(Limits.pageRowsMax) are cut to it",
        default: "\(Limits.pageRowsDefault)"
    ).upTo(Limits.pageRowsMax)
    /// Rows left out before the first.
    package static let offset = QueryParameter("offset", .integer, "Rows left out before the first", default: "0")
    /// The direction of sorting.
    package static let sortOrder = QueryParameter(
        "sort_order", .string, "Direction", default: "asc", allowed: ["asc", "desc"])
}
