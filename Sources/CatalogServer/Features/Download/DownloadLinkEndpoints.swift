/// The endpoints that make and end download links. The one that downloads stands with the other downloads.
enum DownloadLinkEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/download/links", id: "downloadLinks.create",
            "Make a link that downloads one file without a token",
            tag: .download
        )
        .described("For players and televisions. The URL is shown this once; the server keeps only its hash.")
        .requires("media.download")
        .body("DownloadLinkRequest", malformed: ErrorText.invalidFormat)
        .answers(201, "NewDownloadLink").fails(400, 404, 409),
        Endpoint(.get, "/api/v1/download/links", id: "downloadLinks.list", "The caller's live links", tag: .download)
            .requires("media.download")
            .answers(200, "DownloadLinks"),
        Endpoint(
            .delete, "/api/v1/download/links/{id}", id: "downloadLinks.revoke", "End a link at once", tag: .download
        )
        .requires("media.download")
        .answers(204).fails(400, 404),
    ]
}

/// How download links look on the wire.
enum DownloadLinkSchemas {
    static let all = [
        SchemaDefinition(
            "DownloadLinkRequest", "Which file, and for how long", example: #"{"file_id":1024,"expires_in":3600}"#,
            .always("file_id", .integer), .maybe("expires_in", .integer, "Seconds, a day unless given, 30 days at most")
        ),
        SchemaDefinition(
            "NewDownloadLink", "A link that was just made",
            .always("id", .integer), .always("file_id", .integer), .always("created_at", .time),
            .always("expires_at", .time), .always("url", .text, "Path below the server's address"),
            .always("expires_in", .integer, "Seconds")),
        SchemaDefinition(
            "DownloadLink", "A live link, without its secret",
            .always("id", .integer), .always("file_id", .integer), .always("created_at", .time),
            .always("expires_at", .time)),
        SchemaDefinition(
            "DownloadLinks", "Live links, oldest first",
            .always("links", .array(of: .named("DownloadLink"))), .always("count", .integer)),
    ]
}
