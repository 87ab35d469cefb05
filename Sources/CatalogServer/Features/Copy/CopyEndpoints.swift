/// The endpoints of copies and uploads.
enum CopyEndpoints {
    static let all = [
        Endpoint(.post, "/api/v1/copy/storage", id: "copy.storage", "Copy a file to a storage root", tag: .copy)
            .described(
                """
                The source is a file of a storage root (`host:path`, which needs `media.download` too) or an absolute path \
                below copy.allowed_local_paths. Symbolic links are not followed. Missing directories are made. The file \
                appears when its content has been compared with the source. With `async` the answer is 202 and the copy a job.
                """
            )
            .requires("media.upload")
            .body("CopyToStorage", malformed: ErrorText.invalidFormat)
            .answers(200, "CopiedToStorage").answers(202, "CopyQueued").fails(400, 404, 409, 502, 507),
        Endpoint(.post, "/api/v1/copy/local", id: "copy.local", "Copy a file to the server's machine", tag: .copy)
            .described("Needs `media.download` too. The destination is below copy.allowed_local_paths.")
            .requires("media.manage")
            .body("CopyToLocal", malformed: ErrorText.invalidFormat)
            .answers(200, "CopiedToLocal").answers(202, "CopyQueued").fails(400, 404, 409, 502),
        Endpoint(.post, "/api/v1/copy/upload", id: "copy.upload", "Upload a file", tag: .copy)
            .described(
                """
                Fields, in any order: `file`; `destination` as `host:path`, where a path that ends with a slash gets the \
                name of the file; `overwrite`, "true" to replace a file. The file is in the catalog when the answer comes.
                """
            )
            .requires("media.upload")
            .streamBody(contentType: "multipart/form-data", limit: nil)
            .answers(200, "Uploaded").fails(400, 404, 409, 413, 502, 507),
        Endpoint(.get, "/api/v1/copy/jobs/{job_id}", id: "copy.job", "Describe a copy that is a job", tag: .copy)
            .anyCaller(because: "people see the copies that they asked for, administrators everybody's")
            .answers(200, "Copy").fails(400, 404),
        Endpoint(
            .post, "/api/v1/copy/jobs/{job_id}/cancel", id: "copy.cancel", "Stop a copy that is a job", tag: .copy
        )
        .anyCaller(because: "people stop the copies that they asked for, administrators everybody's")
        .answers(200, "Message").fails(400, 404, 409),
    ]

    static let schemas = [
        SchemaDefinition(
            "CopyToStorage", "A copy to a storage root",
            example: #"{"source_path":"nas-media:movies/movie.mkv","dest_path":"/archive/","storage_id":"local"}"#,
            .always("source_path", .text, "`host:path`, or an absolute path of the server"),
            .always("dest_path", .text, "Below the root; with a slash at its end the source's name is appended"),
            .always("storage_id", .text, "Number, string id or name"), .maybe("overwrite", .boolean),
            .maybe("async", .boolean, "Copy as a job")),
        SchemaDefinition(
            "CopiedToStorage", "A copy that is done", .always("message", .text), .always("source", .text),
            .always("destination", .text), .always("storage_id", .text), .always("size", .integer)),
        SchemaDefinition(
            "CopyToLocal", "A copy to the server's machine",
            example: #"{"source_path":"nas-media:movies/movie.mkv","destination_path":"/srv/out/movie.mkv"}"#,
            .always("source_path", .text, "`host:path`"), .always("destination_path", .text),
            .maybe("overwrite", .boolean), .maybe("async", .boolean, "Copy as a job")),
        SchemaDefinition(
            "CopiedToLocal", "A copy that is done", .always("message", .text), .always("source", .text),
            .always("destination", .text), .always("size", .integer)),
        SchemaDefinition(
            "CopyQueued", "A copy that waits", .always("message", .text), .always("job_id", .integer),
            .always("status", .text), .always("source", .text), .always("destination", .text)),
        SchemaDefinition(
            "Uploaded", "A file that was uploaded", .always("message", .text), .always("filename", .text),
            .always("destination", .text), .always("size", .integer)),
        SchemaDefinition(
            "Copy", "A copy that is a job", .always("job_id", .integer),
            .always("status", .oneOf(["queued", "running", "completed", "failed", "cancelled"])),
            .always("phase", .nullable(.text), "`copying` or `verifying`"),
            .always("progress", .nullable(.integer), "Percent; null while nobody can know"),
            .always("done_bytes", .integer), .always("total_bytes", .integer), .always("source", .text),
            .always("destination", .text), .always("error_message", .nullable(.text)), .always("created_at", .time),
            .always("start_time", .nullable(.time)), .always("end_time", .nullable(.time))),
    ]
}
