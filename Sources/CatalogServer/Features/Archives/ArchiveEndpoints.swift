/// The endpoints that send many files as one.
enum ArchiveEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/download/directory/{path...}", id: "download.directory", "Download a directory",
            tag: .download
        )
        .described(
            """
            The path is that of the catalog: the name of a storage root and what is below it. Zip (unless compressed) and tar \
            have a length, a strong ETag and ranges, so that a download can be resumed; a file that is not what the catalog \
            knew breaks the connection. Symbolic links are left out.
            """
        )
        .requires("media.download")
        .query(
            QueryParameter("format", .string, "Of the archive", default: "zip", allowed: ["zip", "tar", "tar.gz"]),
            QueryParameter("compression", .string, "Of a zip", default: "none", allowed: ["none", "deflate"])
        )
        .sendsArchives()
        .answers(304).fails(400, 404, 412, 416, 502)
        .countingRangesOnce(),
        Endpoint(
            .post, "/api/v1/download/archive", id: "download.archive", "Download files and directories", tag: .download
        )
        .described(
            """
            Paths are below `smb_root`, or begin with the name of a storage root, or are in one storage root only. Each stands \
            in the archive under its own name; what is in another one of them, or named twice, is there once. Ranges work as \
            for GET.
            """
        )
        .requires("media.download")
        .body("ArchiveRequest", malformed: ErrorText.invalidFormat)
        .sendsArchives()
        .fails(400, 404, 412, 416, 502),
    ]

    static let schemas = [
        SchemaDefinition(
            "ArchiveRequest", "What an archive is to hold",
            example: #"{"paths":["movies/The Matrix (1999)/The.Matrix.mkv"],"format":"zip","smb_root":"nas-media"}"#,
            .maybe("paths", .array(of: .text), "Files and directories; at most 10,000 together with `file_ids`"),
            .maybe("file_ids", .array(of: .integer), "The same by their numbers"),
            .maybe("format", .oneOf(["zip", "tar", "tar.gz"]), "`zip` unless said otherwise"),
            .maybe("compression", .oneOf(["none", "deflate"]), "Of a zip; `none` unless said otherwise"),
            .maybe("smb_root", .text, "Number, string id or name of a storage root"))
    ]
}

extension Endpoint {
    /// Answers with an archive, or a part of one.
    fileprivate func sendsArchives() -> Endpoint {
        answers(200, contentType: "application/zip", "Or `application/x-tar`, or `application/gzip`")
            .answers(206, contentType: "application/zip", "The range that was asked for")
            .streaming(onEventLoop: false)
    }
}
