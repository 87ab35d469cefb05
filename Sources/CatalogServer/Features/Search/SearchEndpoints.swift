/// The endpoint of searching.
enum SearchEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/search", id: "search.files", "Find files and directories by name", tag: .search)
            .described(
                "Names match when they contain every word of the query, in any order and without regard to case (Unicode). `%` and `_` stand for themselves. `Link` has the address of the next page; `next_cursor`, handed back as `cursor` with the same query and order, begins behind the last hit of this page whatever came and went meanwhile. A page may then have fewer rows than `limit`, and what is sorted by a path of more than 12,000 bytes has no cursor."
            )
            .requires("media.view")
            .query(
                QueryParameter("query", .string, "Words that the name contains", isRequired: true),
                QueryParameter(
                    "path", .string,
                    "Only what is at this path or below it; may begin with a root's name. Names count whole: `a/b` has `a/b/c` below it, and not `a/bc`"
                ),
                QueryParameter("extension", .string, "Only files with this extension"),
                QueryParameter("mime_type", .string, "Only files of this media type"),
                QueryParameter("min_size", .integer, "Bytes at least"),
                QueryParameter("max_size", .integer, "Bytes at most"),
                QueryParameter("smb_roots", .string, "Names of storage roots, separated by commas"),
                QueryParameter("is_directory", .boolean, "Only directories, or only files"),
                QueryParameter(
                    "sort_by", .string, "Field", default: "name",
                    allowed: ["name", "size", "modified", "path", "created", "extension"]),
                .sortOrder, .limit, .offset,
                QueryParameter("cursor", .string, "Of the page before, instead of `offset`")
            )
            .answers(200, "SearchResult").fails(400)
    ]

    static let schemas = [
        SchemaDefinition(
            "SearchResult", "One page of hits", .always("files", .array(of: .named("CatalogEntry"))),
            .always("total", .integer, "Hits in all"), .always("count", .integer, "Rows of this page"),
            .always("limit", .integer), .always("offset", .integer),
            .maybe("next_cursor", .text, "When there may be more"))
    ]
}
