/// What the endpoints of archives answer. The scene's root is `media`, with `films/a.txt` in it.
enum ArchiveOutcomes {
    static let all = [directory, list]

    private static let formatText = "Invalid format. Supported: zip, tar, tar.gz"
    private static let compressionText = "Only zip archives take compression=deflate"

    private static let directory = EndpointOutcomes(
        "download.directory", "download/directory/media/films",
        [
            .success(200, "a zip", showing: "0123456789"),
            .success(200, "a tar", showing: "ustar").at("download/directory/media?format=tar"),
            .success(206, "a part", showing: "PK").having("Range", "bytes=0-1"),
            .success(304, "what the client has").having("If-None-Match", "*"),
            .failure(400, "an unknown format", formatText).at("download/directory/media/films?format=rar"),
            .failure(400, "a format in capitals", formatText).at("download/directory/media/films?format=ZIP"),
            .failure(400, "an unknown compression", "Invalid compression. Supported: none, deflate")
                .at("download/directory/media/films?compression=lzma"),
            .failure(400, "a compressed tar", compressionText)
                .at("download/directory/media/films?format=tar&compression=deflate"),
            .failure(400, "no path", "Path is required").at("download/directory/"),
            .failure(400, "a way up", "Invalid path").at("download/directory/media/%2e%2e"),
            .failure(400, "a malformed escape", "Invalid path").at("download/directory/media/%zz"),
            .failure(400, "a file", "Path is not a directory").at("download/directory/media/films/a.txt"),
            .failure(403, "a viewer", "Insufficient permissions").by(.viewer),
            .failure(404, "an unknown path", "Directory not found or empty").at("download/directory/media/none"),
            .failure(404, "an unknown root", "Directory not found or empty").at("download/directory/none"),
            .failure(412, "what is no longer there", "Precondition failed").having("If-Match", #""other""#),
            .failure(416, "a part behind the end", "Range not satisfiable", members: #""size":270"#)
                .having("Range", "bytes=9999-"),
            .failure(502, "a storage that is away", "Storage unavailable").after(.storageAway),
        ])

    private static let films = #"{"paths":["films"],"smb_root":"media"}"#
    private static let many = (0...10_000).map { String($0 + 1) }.joined(separator: ",")

    private static let list = EndpointOutcomes(
        "download.archive", "download/archive",
        [
            .success(200, "a directory", showing: "0123456789").sending(films),
            .success(200, "a number", showing: "a.txt").sending(#"{"file_ids":[{file}],"format":"tar"}"#),
            .success(206, "a part", showing: "PK").sending(films).having("Range", "bytes=0-1"),
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
            .failure(400, "no body", "Invalid request format"),
            .failure(400, "a number as the paths", "Invalid request format", members: #""field":"paths""#)
                .sending(#"{"paths":7}"#),
            .failure(400, "nothing", "No paths specified").sending("{}"),
            .failure(400, "an empty list", "No paths specified").sending(#"{"paths":[]}"#),
            .failure(400, "too many", "Too many paths; at most 10000 at once").sending("{\"file_ids\":[\(many)]}"),
            .failure(400, "an unknown format", formatText).sending(#"{"paths":["films"],"format":"rar"}"#),
            .failure(400, "a compressed tar", compressionText)
                .sending(#"{"paths":["films"],"format":"tar.gz","compression":"deflate"}"#),
            .failure(400, "a way up", "Invalid path").sending(#"{"paths":["../etc"]}"#),
            .failure(400, "no root and no path", "Invalid path").sending(#"{"paths":["/"]}"#),
            .failure(403, "a viewer", "Insufficient permissions").sending(films).by(.viewer),
            .failure(404, "an unknown root", "Storage root not found")
                .sending(#"{"paths":["films"],"smb_root":"none"}"#),
            .failure(
                404, "one that is there and one that is not", "File not found",
                members: #""missing":["media/none"],"missing_count":1"#
            ).sending(#"{"paths":["media/films","media/none"]}"#),
            .failure(412, "what is no longer there", "Precondition failed").sending(films)
                .having("If-Match", #""other""#),
            .failure(412, "what the client has", "Precondition failed").sending(films).having("If-None-Match", "*"),
            .failure(416, "a part behind the end", "Range not satisfiable", members: #""size":270"#).sending(films)
                .having("Range", "bytes=9999-"),
            .failure(502, "a storage that is away", "Storage unavailable").sending(films).after(.storageAway),
        ])
}
