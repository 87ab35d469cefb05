/// What the endpoints of storage roots answer.
enum StorageOutcomes {
    static let all = [list, files, creation, description, change, removal, test]

    private static let list = EndpointOutcomes(
        "storage.list", "storage/roots", [.success(200, "a viewer", showing: #""name":"media""#).by(.viewer)])

    private static let files = EndpointOutcomes(
        "storage.files", "storage/list/films?storage_id=media",
        [
            .success(
                200, "a directory",
                showing:
                    #"{"path":"/films","storage_id":"media","files":[{"name":"a.txt","path":"films/a.txt","is_directory":false,"size":10"#
            ).by(.viewer),
            .success(200, "the root", showing: #""files":[{"name":"films","path":"films","is_directory":true"#)
                .at("storage/list/?storage_id=1"),
            .failure(400, "no root", "storage_id is required").at("storage/list/films"),
            .failure(400, "a file", "Path is not a directory").at("storage/list/films/a.txt?storage_id=media"),
            .failure(400, "a way out", "Invalid path").at("storage/list/%2e%2e/films?storage_id=media"),
            .failure(404, "an unknown root", "Storage root not found").at("storage/list/films?storage_id=nowhere"),
            .failure(404, "an unknown path", "Path not found").at("storage/list/nowhere?storage_id=media"),
            .failure(502, "a storage that is away", "Storage unavailable").after(.storageAway),
        ])

    private static let creation = EndpointOutcomes(
        "storage.create", "storage/roots",
        [
            .success(201, "a new root", showing: #""message":"Storage root created""#)
                .sending(#"{"name":"other","protocol":"local","path":"{tree}","allow_overlap":true}"#),
            .success(200, "a root that is there", showing: #""message":"Storage root updated""#)
                .sending(#"{"name":"media","protocol":"local","path":"{tree}","max_depth":3}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "no name", "name is required").sending(#"{"protocol":"local","path":"{tree}"}"#),
            .failure(400, "no protocol", "protocol is required").sending(#"{"name":"new","path":"{tree}"}"#),
            .failure(400, "no path", "path is required").sending(#"{"name":"new","protocol":"local"}"#),
            .failure(
                400, "a protocol that nobody knows",
                #"Protocol "gopher" is not supported by this version"#
            ).sending(#"{"name":"nas","protocol":"gopher","host":"nas","path":"share"}"#),
            .failure(
                400, "no directory",
                "The directory /nowhere does not exist or cannot be reached; make it or correct the path"
            ).sending(#"{"name":"new","protocol":"local","path":"/nowhere"}"#),
            .failure(400, "neither yes nor no", "Invalid verify: must be true or false")
                .at("storage/roots?verify=x").sending(#"{"name":"new","protocol":"local","path":"{tree}"}"#),
            .failure(
                409, "a place of another root",
                #"The directory overlaps the storage root "media"; set allow_overlap to have both"#
            ).sending(#"{"name":"new","protocol":"local","path":"{tree}/films"}"#),
        ])

    private static let description = EndpointOutcomes(
        "storage.get", "storage/roots/media",
        [
            .success(200, "a name", showing: #""root_id":1"#).by(.viewer),
            .failure(404, "an unknown name", "Storage root not found").at("storage/roots/none"),
        ])

    private static let change = EndpointOutcomes(
        "storage.update", "storage/roots/media",
        [
            .success(200, "one member", showing: #""max_depth":3"#).sending(#"{"max_depth":3}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "another protocol", "The protocol of a storage root cannot be changed")
                .sending(#"{"protocol":"smb"}"#),
            .failure(404, "an unknown name", "Storage root not found").at("storage/roots/none").sending("{}"),
            .failure(409, "the name of another root", "Storage root name already exists")
                .sending(#"{"name":"other"}"#).after(.secondRoot),
        ])

    private static let removal = EndpointOutcomes(
        "storage.delete", "storage/roots/media",
        [
            .success(204, "a root").at("storage/roots/other").after(.secondRoot),
            .failure(404, "the same again", "Storage root not found").at("storage/roots/other"),
            .failure(400, "neither yes nor no", "Invalid purge: must be true or false")
                .at("storage/roots/media?purge=x"),
            .failure(
                503, "a scan that does not stop", "The scan of this storage root does not stop; try again later"
            ).after(.scanDeaf),
        ])

    private static let test = EndpointOutcomes(
        "storage.test", "storage/roots/media/test",
        [
            .success(200, "a root that is there", showing: #""success":true"#),
            .failure(404, "an unknown name", "Storage root not found").at("storage/roots/none/test"),
            .success(200, "a root that is away", showing: #""success":false"#).after(.storageAway),
        ])
}
