/// The endpoints that send files.
enum DownloadEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/download/file/{id}", id: "download.file", "Download a file", tag: .download)
            .described(
                "Single ranges, conditional requests and HEAD work as RFC 9110 says. With inline=1 the media type is the real one."
            )
            .requires("media.download")
            .query(QueryParameter("inline", .boolean, "Show it instead of saving it", default: "false"))
            .answers(200, contentType: "application/octet-stream")
            .answers(206, contentType: "application/octet-stream", "The range that was asked for")
            .answers(304).fails(400, 404, 412, 416, 502)
            .streaming().countingRangesOnce(),
        Endpoint(
            .get, "/api/v1/download/link/{token}", id: "download.linked", "Download by a signed link", tag: .download
        )
        .described("For players and televisions: the address itself is the right to read one file, until it expires.")
        .authenticated(by: .signedLink)
        .requires("media.download")
        .query(QueryParameter("inline", .boolean, "Show it instead of saving it", default: "false"))
        .answers(200, contentType: "application/octet-stream")
        .answers(206, contentType: "application/octet-stream", "The range that was asked for")
        .answers(304).fails(404, 412, 416, 502)
        .streaming().countingRangesOnce(),
    ]
}
