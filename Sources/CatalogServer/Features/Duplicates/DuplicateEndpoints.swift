/// The endpoints of duplicates.
enum DuplicateEndpoints {
    /// Groups of one answer of a search.
    static let searchDefault = 50
    static let searchMax = 500
    /// Groups of one answer of statistics.
    static let groupsDefault = 20
    static let groupsMax = 100

    private static let root = QueryParameter(
        "smb_root", .string, "Only files of this storage root: name, string id or number")

    static let all = [
        Endpoint(
            .get, "/api/v1/search/duplicates", id: "search.duplicates", "Find files of a storage root that are equal",
            tag: .search
        )
        .described(
            "Files with the same content, all of which is in the storage root; groups with the most files come first, then the larger ones. A file with several names (hard links) is one file; `files` shows each of its names."
        )
        .requires("media.view")
        .query(
            QueryParameter("smb_root", .string, "Name, string id or number of the storage root", isRequired: true),
            QueryParameter("min_count", .integer, "Files of a group at least", default: "2"),
            QueryParameter("limit", .integer, "Groups at most", default: "\(searchDefault)").upTo(searchMax)
        )
        .answers(200, "DuplicateSearch").fails(400, 404),
        Endpoint(
            .get, "/api/v1/stats/duplicates/count", id: "stats.duplicates.count", "Count duplicates", tag: .statistics
        )
        .described(
            "Of what the caller may see. All files of each group count; what is wasted is the size of all but one of them."
        )
        .requires("media.view").errors(.stats).query(root).answers(200, "DuplicateCount").fails(404),
        Endpoint(.get, "/api/v1/stats/duplicates", id: "stats.duplicates", "Sum up duplicates", tag: .statistics)
            .described("Of what the caller may see. The average is cut to two decimals.")
            .requires("media.view").errors(.stats).query(root).answers(200, "DuplicateFiguresAnswer").fails(404),
        Endpoint(
            .get, "/api/v1/stats/duplicates/groups", id: "stats.duplicates.groups",
            "List the largest groups of duplicates", tag: .statistics
        )
        .described("By the number of their files, or by the bytes of all of them.")
        .requires("media.view").errors(.stats)
        .query(
            QueryParameter("sort_by", .string, "Figure", default: "count", allowed: ["count", "size"]), root,
            QueryParameter("limit", .integer, "Groups at most", default: "\(groupsDefault)").upTo(groupsMax)
        )
        .answers(200, "DuplicateGroupsAnswer").fails(400, 404),
    ]

    static let schemas = [
        SchemaDefinition(
            "DuplicateSearch", "Groups of equal files", .always("groups", .array(of: .named("DuplicateGroup"))),
            .always("count", .integer, "Groups of this answer"), .always("total", .integer, "Groups in all")),
        SchemaDefinition(
            "DuplicateGroup", "Files with the same content", .always("id", .integer),
            .always("hash", .text, "XXH3-128"),
            .always("file_count", .integer), .always("count", .integer, "The same"),
            .always("size", .integer, "Bytes of one file"), .always("total_size", .integer, "Bytes of all files"),
            .always("wasted_space", .integer, "Bytes of all but one"), .always("created_at", .time),
            .always("updated_at", .time),
            .always("files", .array(of: .named("FileInfo")), "A hundred names at most; in long answers fewer, but two")),
        SchemaDefinition(
            "DuplicateCount", "How many duplicates there are", .always("duplicate_groups", .integer),
            .always("total_duplicates", .integer), .always("total_wasted_space", .integer, "Bytes"),
            .always("smb_root", .text, "Empty for all storage roots")),
        SchemaDefinition(
            "DuplicateFiguresAnswer", "Duplicates, wrapped", .always("success", .boolean),
            .always("data", .named("DuplicateFigures"))),
        SchemaDefinition(
            "DuplicateFigures", "What duplicates sum up to", .always("total_duplicates", .integer),
            .always("duplicate_groups", .integer), .always("wasted_space", .integer, "Bytes"),
            .always("largest_duplicate_group", .integer, "Files"), .always("average_group_size", .number, "Files")),
        SchemaDefinition(
            "DuplicateGroupsAnswer", "Groups, wrapped", .always("success", .boolean),
            .always("data", .array(of: .named("LargeDuplicateGroup")))),
        SchemaDefinition(
            "LargeDuplicateGroup", "Files with the same content", .always("id", .integer),
            .always("group_id", .integer, "The same"), .always("hash", .text, "XXH3-128"),
            .always("file_count", .integer), .always("total_size", .integer, "Bytes of all files"),
            .always("wasted_space", .integer, "Bytes of all but one"),
            .always("sample_path", .nullable(.text), "One of its files, below its root"),
            .always("storage_root_name", .nullable(.text), "The root of that file")),
    ]
}
