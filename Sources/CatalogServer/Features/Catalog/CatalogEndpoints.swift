/// The endpoints of browsing.
enum CatalogEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/catalog", id: "catalog.roots", "List the storage roots", tag: .catalog)
            .requires("media.view")
            .answers(200, "CatalogRoots"),
        Endpoint(.get, "/api/v1/catalog/{path...}", id: "catalog.list", "List a directory", tag: .catalog)
            .described(
                "The first part of the path is the name of a storage root, the rest lies below it. Browsing reads the catalog: it works while the storage is away. `Link` has the address of the next page; `next_cursor`, handed back as `cursor` with the same order, begins behind the last entry of this page whatever came and went meanwhile."
            )
            .requires("media.view")
            .query(
                QueryParameter("sort_by", .string, "Field", default: "name", allowed: ["name", "size", "modified"]),
                .sortOrder, .limit, .offset,
                QueryParameter("cursor", .string, "Of the page before, instead of `offset`")
            )
            .answers(200, "CatalogListing").fails(400, 404)
            .onEventLoop(),
        Endpoint(
            .get, "/api/v1/catalog-info/{path...}", id: "catalog.info", "Describe a file or directory", tag: .catalog
        )
        .described(
            "Digits that are no storage root's name are taken for an entry's id. A root that was never scanned has the id 0."
        )
        .requires("media.view")
        .answers(200, "FileInfo").fails(400, 404)
        .onEventLoop(),
    ]

    static let schemas = [
        SchemaDefinition(
            "CatalogRoots", "Names of the storage roots", example: #"{"roots":["local-storage","nas-media"]}"#,
            .always("roots", .array(of: .text))),
        SchemaDefinition(
            "CatalogListing", "One page of a directory", .always("files", .array(of: .named("CatalogEntry"))),
            .always("count", .integer, "Rows of this page"), .always("total", .integer, "Rows in all"),
            .always("limit", .integer), .always("offset", .integer),
            .maybe("next_cursor", .text, "When there may be more")),
        SchemaDefinition(
            "CatalogEntry", "A file or directory", .always("id", .integer), .always("storage_root_id", .integer),
            .always("storage_root_name", .text), .always("path", .text, "Below the root, without a leading slash"),
            .always("name", .text), .always("size", .integer, "Bytes; of a directory the whole tree"),
            .always("is_directory", .boolean), .always("mime_type", .nullable(.text)), .always("created_at", .time),
            .always("modified_at", .time), .maybe("is_symlink", .boolean, "Only when it is one"),
            .maybe("is_duplicate", .boolean, "Only when the caller may see another file with the same content"),
            .maybe("duplicate_group_id", .integer, "Only then"),
            .maybe("storage_status", .oneOf(["offline"]), "Only while the storage is away")),
        SchemaDefinition(
            "FileInfo", "What the catalog knows of an entry", .always("id", .integer),
            .always("storage_root_id", .integer), .always("storage_root_name", .text), .always("smb_root", .text),
            .always("path", .text), .always("name", .text), .always("is_directory", .boolean),
            .always("type", .oneOf(["file", "directory"])), .always("size", .integer),
            .always("mime_type", .nullable(.text)), .always("extension", .nullable(.text)),
            .always("file_type", .nullable(.text)), .always("parent_id", .nullable(.integer)),
            .always("is_duplicate", .boolean), .always("duplicate_group_id", .nullable(.integer)),
            .always("media_type", .nullable(.text)), .always("media_item_id", .nullable(.integer)),
            .always("hash", .nullable(.text), "XXH3-128 of its size and both ends, where it had to be read"),
            .always("md5", .nullable(.text)), .always("sha1", .nullable(.text)),
            .always("sha256", .nullable(.text)), .always("blake3", .nullable(.text)), .always("created_at", .time),
            .always("modified_at", .time), .always("last_modified", .time),
            .maybe("accessed_at", .nullable(.time), "Not in lists"),
            .maybe("last_scan_at", .nullable(.time), "Not in lists"),
            .always("updated_at", .time), .always("deleted", .boolean),
            .always("is_symlink", .boolean), .maybe("storage_status", .oneOf(["offline"]))),
    ]
}
