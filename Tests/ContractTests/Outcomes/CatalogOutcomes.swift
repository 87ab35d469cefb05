/// What browsing, searching and downloading answer.
enum CatalogOutcomes {
    static let all = browsing + downloads + links

    private static let browsing = [
        EndpointOutcomes(
            "catalog.roots", "catalog", [.success(200, "a viewer", showing: #"{"roots":["media"]}"#).by(.viewer)]),
        EndpointOutcomes(
            "catalog.list", "catalog/media/films",
            [
                .success(200, "a directory", showing: #""path":"films/a.txt""#).by(.viewer),
                .failure(400, "a file", "Path is not a directory").at("catalog/media/films/a.txt"),
                .failure(400, "a malformed escape", "Invalid path").at("catalog/media/%zz"),
                .failure(400, "a way up", "Invalid path").at("catalog/media/%2e%2e"),
                .failure(404, "an unknown root", "Storage root not found").at("catalog/none"),
                .failure(404, "an unknown path", "Path not found").at("catalog/media/none"),
            ]),
        EndpointOutcomes(
            "catalog.info", "catalog-info/media/films/a.txt",
            [
                .success(200, "a path", showing: #""extension":"txt""#).by(.viewer),
                .success(200, "an id", showing: #""path":"films""#).at("catalog-info/{films}"),
                .failure(400, "no path", "Path is required").at("catalog-info/"),
                .failure(400, "a malformed escape", "Invalid path").at("catalog-info/media/%zz"),
                .failure(404, "an unknown path", "File not found").at("catalog-info/media/none"),
                .failure(404, "an unknown root", "File not found").at("catalog-info/none"),
            ]),
        EndpointOutcomes(
            "search.files", "search",
            [
                .success(200, "a word", showing: #""path":"films/a.txt""#).at("search?query=TXT").by(.viewer),
                .failure(400, "no query", "Search query is required"),
                .failure(400, "a query that is blank", "Search query is required").at("search?query=%20"),
                .failure(
                    400, "a size that is none", "Invalid search parameters",
                    members: #""details":"Invalid min_size: must be a whole number""#
                ).at("search?query=a&min_size=x"),
                .failure(
                    400, "neither yes nor no", "Invalid search parameters",
                    members: #""details":"Invalid is_directory: must be true or false""#
                ).at("search?query=a&is_directory=x"),
                .failure(400, "a cursor that is none", "Invalid cursor").at("search?query=a&cursor=x"),
            ]),
    ]

    private static let downloads = [
        EndpointOutcomes(
            "download.file", "download/file/{file}",
            [
                .failure(400, "an id that is none", "Invalid file ID").at("download/file/x"),
                .failure(400, "a directory", "Cannot download directory as single file").at("download/file/{films}"),
                .failure(400, "neither yes nor no", "Invalid inline: must be true or false")
                    .at("download/file/{file}?inline=x"),
                .failure(404, "an unknown id", "File not found").at("download/file/999999"),
            ] + transfers),
        EndpointOutcomes(
            "download.linked", "download/link/{link}",
            [
                .success(200, "a link", showing: "0123456789").by(.nobody).after(.linkMade),
                .failure(401, "no link", "Invalid or expired download link").at("download/link/x").by(.nobody),
            ] + transfers),
    ]

    /// What is the same for a file however it is asked for.
    private static let transfers: [Outcome] = [
        .success(200, "the whole file", showing: "0123456789"),
        .success(206, "a part", showing: "234").having("Range", "bytes=2-4"),
        .success(304, "what the client has", showing: "").having("If-None-Match", "*"),
        .failure(412, "what is no longer there", "Precondition failed").having("If-Match", #""other""#),
        .failure(416, "a part behind the end", "Range not satisfiable", members: #""size":10"#)
            .having("Range", "bytes=10-"),
        .failure(404, "a file that is gone from the storage", "File not found").after(.fileRemoved),
        .failure(502, "a storage that is away", "Storage unavailable").after(.storageAway),
    ]

    private static let links = [
        EndpointOutcomes(
            "downloadLinks.create", "download/links",
            [
                .success(201, "a file", showing: #""url":"/api/v1/download/link/"#).sending(#"{"file_id":{file}}"#),
                .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
                .failure(400, "an id that is none", "Invalid file ID").sending(#"{"file_id":0}"#),
                .failure(400, "a directory", "Cannot download directory as single file")
                    .sending(#"{"file_id":{films}}"#),
                .failure(400, "no time at all", "expires_in must be between 1 and 2592000 seconds")
                    .sending(#"{"file_id":{file},"expires_in":0}"#),
                .failure(404, "an unknown id", "File not found").sending(#"{"file_id":999999}"#),
                .failure(409, "one link too many", "Too many download links, delete some first")
                    .sending(#"{"file_id":{file}}"#).after(.linksUsedUp),
            ]),
        EndpointOutcomes(
            "downloadLinks.list", "download/links",
            [.success(200, "one link", showing: #""count":1"#).after(.linkMade)]),
        EndpointOutcomes(
            "downloadLinks.revoke", "download/links/1",
            [
                .success(204, "a link").after(.linkMade),
                .failure(404, "the same again", "Download link not found"),
                .failure(400, "an id that is none", "Invalid link ID").at("download/links/x"),
            ]),
    ]
}
