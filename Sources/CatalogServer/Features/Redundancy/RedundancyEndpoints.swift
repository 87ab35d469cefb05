/// The endpoint of redundancy.
enum RedundancyEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/duplicates/redundancy", id: "duplicates.redundancy",
            "Count on how many storage roots contents are", tag: .duplicates
        )
        .described(
            """
            Of what the caller may see: contents that are on one storage root only, on two, on three, on four or more; and of each root \
            what is on no other one. Empty files do not count, and a file with several names (hard links) is one file. Files that \
            may be like another one and were not read yet are `pending`, and counted nowhere else. Nothing is known of the content of \
            roots that do not look for duplicates or are disabled (`examined`): what is there counts as nowhere. \
            The first answer after a change goes over the whole catalog.
            """
        )
        .requires("media.view")
        .query(QueryParameter("smb_roots", .string, "Storage roots, separated by commas: names, string ids or numbers"))
        .answers(200, "Redundancy").fails(404)
    ]

    static let schemas = [
        SchemaDefinition(
            "Redundancy", "On how many storage roots contents are",
            .always("redundancy", .array(of: .named("RedundancyShare")), "On one root, on two, on three, on more"),
            .always("pending", .named("FileSums"), "Files that were not read yet"),
            .always("roots", .array(of: .named("RedundancyRoot")))),
        SchemaDefinition(
            "RedundancyShare", "Contents that are on so many storage roots", .always("storage_roots", .integer),
            .always("or_more", .boolean), .always("contents", .integer, "Different contents"),
            .always("files", .integer, "Files that have them"),
            .always("bytes", .integer, "Bytes of one file of each content"),
            .always("total_bytes", .integer, "Bytes of all files")),
        SchemaDefinition(
            "RedundancyRoot", "What of a storage root is elsewhere too", .always("storage_root_id", .integer),
            .always("name", .text), .always("examined", .boolean, "Whether its files are looked at for duplicates"),
            .always("files", .integer, "Files that are not empty"), .always("bytes", .integer),
            .always("only_here", .named("ContentSums"), "What is on no other root"),
            .always("elsewhere_too", .named("FileSums"), "Files whose content is on another root too"),
            .always("pending", .named("FileSums"), "Files that were not read yet")),
        SchemaDefinition(
            "ContentSums", "Contents with their files", .always("contents", .integer), .always("files", .integer),
            .always("bytes", .integer, "Bytes of one file of each content"),
            .always("total_bytes", .integer, "Bytes of all files")),
        SchemaDefinition("FileSums", "Files", .always("files", .integer), .always("bytes", .integer)),
    ]
}
