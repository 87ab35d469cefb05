import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What a role does not show is absent, and no number gives it away.
@Suite struct ScopeContractTests {
    private static let files = [
        "films/family/a film.mkv": 100, "films/family/cut/a film, long.mkv": 20, "films/private/a film.mkv": 7_000,
        "films/familyalbum/a film.mkv": 9_000, "music/a film score.flac": 3, "music/other film.flac": 50_000,
        "note film.txt": 800_000,
    ]

    /// A server with the root `media` and another one, and the token of somebody whose role has this scope.
    private func with(
        scope: String, search: TestSearch = .index,
        _ body: @escaping @Sendable (CatalogAPI, _ token: String) async throws -> Void
    ) async throws {
        try await CatalogAPI.with(search: search) { api in
            for (path, size) in Self.files {
                try api.server.write("media/" + path, [UInt8](repeating: 0, count: size))
                try api.server.write("other/" + path, [UInt8](repeating: 0, count: 1))
            }
            for name in ["media", "other"] {
                let body = #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#
                try #require(try await api.post("storage/roots", body).status == 201)
                try await api.scan(name)
            }
            let role = try await api.post(
                "roles",
                #"""
                {"name":"guest","permissions":["media.*","user.view","system.configure"],"storage_scope":\#(scope)}
                """#)
            try #require(role.status == 201, "\(role.text)")
            try await body(api, try await api.token(ofNew: "guest", role: "guest"))
        }
    }

    private static let family =
        #"[{"root":"media","path_prefix":"/films/family/"},{"root":1,"path_prefix":"music/a film score.flac"}]"#

    @Test func `Directories on the way show what may be seen and nothing else`() async throws {
        try await with(scope: Self.family) { api, token in
            #expect(try await api.get("catalog", token: token).text == #"{"roots":["media"]}"#)
            let list = { (path: String) async throws -> [String] in
                let answer = try await api.get("catalog/" + path, token: token)
                let rows = try answer.objects("files").map { "\($0["name"] ?? "") \($0["size"] ?? 0)" }
                #expect(try answer.object()["total"] as? Int == rows.count, "\(path)")
                return rows
            }
            #expect(try await list("media") == ["films 120", "music 3"])
            #expect(try await list("media?sort_by=size") == ["music 3", "films 120"])
            #expect(try await list("media?sort_by=name&sort_order=desc") == ["music 3", "films 120"])
            #expect(try await list("media/films") == ["family 120"])
            #expect(try await list("media/films/family") == ["a film.mkv 100", "cut 20"])
            #expect(try await list("media/music") == ["a film score.flac 3"])
            let page = try await api.get("catalog/media?limit=1&offset=1", token: token)
            #expect(try page.strings("name") == ["music"])
            #expect(try page.object()["total"] as? Int == 2)
            let info = try await api.get("catalog-info/media/films", token: token).object()
            #expect(info["size"] as? Int == 120)
            #expect(try await api.get("catalog-info/media", token: token).object()["size"] as? Int == 123)
        }
    }

    @Test func `What may not be seen answers as if it were not there`() async throws {
        try await with(scope: Self.family) { api, token in
            let hidden = ["films/private", "films/familyalbum/a film.mkv", "note film.txt", "music/other film.flac"]
            for path in hidden {
                let escaped = path.replacing(" ", with: "%20")
                let id = try #require(
                    try await api.get("catalog-info/media/\(escaped)").object()["id"] as? Int)
                for place in [
                    "catalog/media/\(escaped)", "catalog-info/media/\(escaped)", "catalog-info/\(id)",
                    "download/file/\(id)",
                ] {
                    let answer = try await api.get(place, token: token)
                    let nothing = try await api.get(
                        place.replacing("\(id)", with: "999999").replacing(escaped, with: "films/nothing"),
                        token: token)
                    #expect(answer.status == 404, "\(place)")
                    #expect(answer.text == nothing.text, "\(place)")
                }
                let link = try await api.post("download/links", #"{"file_id":\#(id)}"#, token: token)
                #expect(link.status == 404, "\(path): \(link.text)")
            }
            #expect(try await api.get("catalog/other", token: token).status == 404)
            let live = try await api.get("storage/list/?storage_id=media", token: token)
            #expect(try live.strings("name") == ["films", "music"])
            #expect(
                try await api.get("storage/list/music?storage_id=1", token: token).strings("name") == [
                    "a film score.flac"
                ])
            #expect(try await api.get("storage/list/films/private?storage_id=1", token: token).status == 404)
            #expect(try await api.get("storage/list/?storage_id=other", token: token).status == 404)
            let seen = try await api.id(of: "films/family/a%20film.mkv")
            #expect(try await api.get("download/file/\(seen)", token: token).status == 200)
        }
    }

    @Test func `An open file is no way round`() async throws {
        try await with(scope: Self.family) { api, token in
            let id = try #require(try await api.get("catalog-info/media/note%20film.txt").object()["id"] as? Int)
            #expect(try await api.get("download/file/\(id)").status == 200)
            #expect(try await api.get("download/file/\(id)", token: token).status == 404)
        }
    }

    @Test(arguments: TestSearch.all) func `Searches find and count what may be seen`(search: TestSearch) async throws {
        try await with(scope: Self.family, search: search) { api, token in
            let search = Searcher(api: api, token: token)
            #expect(
                try await search.paths("film&sort_by=path") == [
                    "films", "films/family/a film.mkv", "films/family/cut/a film, long.mkv", "music/a film score.flac",
                ])
            #expect(try await search.paths("film&path=media/films/private").isEmpty)
            #expect(try await search.paths("film&path=films/family/cut") == ["films/family/cut/a film, long.mkv"])
            #expect(try await search.paths("film&smb_roots=other").isEmpty)
            // As large as what may be seen in it: the whole is larger.
            #expect(try await search.paths("films&min_size=121").isEmpty)
            #expect(try await search.paths("films&min_size=120") == ["films"])
            let all = try await api.get("search?query=film").object()
            #expect(all["total"] as? Int == 16)
        }
    }

    @Test func `Numbers about a whole root are for those who may see it whole`() async throws {
        try await with(scope: Self.family) { api, token in
            #expect(try await api.get("scans", token: token).objects("scans").isEmpty)
            #expect(try await api.get("scans/1", token: token).status == 404)
            #expect(try await api.get("scans/1/errors", token: token).status == 404)
            let scan = try await api.post("scans", #"{"storage_root_id":1}"#, token: token)
            #expect(scan.text == #"{"error":"This needs a role that may see the whole storage root"}"#)
            #expect(try await api.post("scans", #"{"storage_root_id":2}"#, token: token).status == 404)
            #expect(try await api.get("storage/roots", token: token).strings("name", in: "roots") == ["media"])
            #expect(try await api.send(.put, "storage/roots/1", #"{"enabled":false}"#, token: token).status == 403)
            #expect(try await api.send(.delete, "storage/roots/1?purge=true", token: token).status == 403)
            #expect(try await api.send(.delete, "storage/roots/2?purge=true", token: token).status == 404)
            let new = #"{"name":"third","protocol":"local","path":"/"}"#
            #expect(try await api.post("storage/roots", new, token: token).status == 403)
        }
    }

    @Test(arguments: ["[]", #"[{"root":"media","path_prefix":"not there yet"}]"#])
    func `A scope that shows nothing shows nothing`(scope: String) async throws {
        try await with(scope: scope) { api, token in
            let names = scope == "[]" ? "[]" : #"["media"]"#
            #expect(try await api.get("catalog", token: token).text == #"{"roots":\#(names)}"#)
            #expect(try await api.get("search?query=film", token: token).object()["total"] as? Int == 0)
            let root = try await api.get("catalog/media", token: token)
            #expect(root.status == (scope == "[]" ? 404 : 200))
            #expect(try root.strings("name").isEmpty)
        }
    }

    @Test func `A new scope holds at once, and ends streams that were opened with the old one`() async throws {
        try await with(scope: "null") { api, token in
            #expect(try await api.get("search?query=film", token: token).object()["total"] as? Int == 16)
            let stream = try RawConnection(port: api.port)
            try await stream.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
            _ = try await stream.receiveAll { $0.contains("retry:") }
            try #require(
                try await api.send(.put, "roles/5", #"{"storage_scope":[{"root":"other"}]}"#).status == 200)
            #expect(try await api.get("catalog", token: token).text == #"{"roots":["other"]}"#)
            #expect(try await api.get("search?query=film", token: token).object()["total"] as? Int == 8)
            _ = try await stream.receiveAll { $0.hasSuffix("0\r\n\r\n") }
        }
    }

    @Test func `The scope of a role is shown as it was given, and checked`() async throws {
        try await with(scope: Self.family) { api, token in
            let places = {
                try await api.get("roles/5").object()["storage_scope"] as? [[String: Any]]
            }
            let shown = try #require(try await places())
            #expect(shown.map { $0["root"] as? String } == ["media", "media"])
            #expect(shown.map { $0["path_prefix"] as? String } == ["films/family", "music/a film score.flac"])
            // An absent field stays.
            try #require(try await api.send(.put, "roles/5", #"{"name":"guests"}"#).status == 200)
            #expect(try await places()?.count == 2)
            try #require(try await api.send(.put, "roles/5", #"{"storage_scope":[]}"#).status == 200)
            #expect(try await places()?.isEmpty == true)
            try #require(try await api.send(.put, "roles/5", #"{"storage_scope":null}"#).status == 200)
            #expect(try await api.get("roles/5").text.contains(#""storage_scope":null"#))
            for (scope, text) in [
                (#"[{"root":"nowhere"}]"#, #"Invalid storage_scope: there is no storage root \"nowhere\""#),
                (#"[{"root":99}]"#, #"Invalid storage_scope: there is no storage root \"99\""#),
                (#"[{"root":"media","path_prefix":"a/../b"}]"#, "Invalid storage_scope: invalid path_prefix"),
                (#""media""#, "Invalid request body"), (#"[{}]"#, "Invalid request body"),
                (
                    "[" + Array(repeating: #"{"root":1}"#, count: 101).joined(separator: ",") + "]",
                    "At most 100 places can be given in storage_scope"
                ),
            ] {
                let answer = try await api.send(.put, "roles/5", #"{"storage_scope":\#(scope)}"#)
                #expect(answer.status == 400)
                #expect(answer.text.hasPrefix(#"{"error":"\#(text)""#), "\(answer.text)")
            }
            let audit = try await api.get("audit?action=role.updated").text
            #expect(audit.contains(#""field":"storage_scope","from":"1:/films/family 1:/music/a film score.flac""#))
        }
    }

    /// Every path of the API that takes a number or a path, asked by somebody whose role allows a lot and shows nothing of
    /// what the administrator has. A new endpoint is asked without a line here.
    @Test func `What belongs to one user is not there for another`() async throws {
        try await Scene.with { scene in
            let api = scene.api
            try await Situation.linkMade.arrange(scene)
            try await Situation.keyMade.arrange(scene)
            let role =
                #"{"name":"tenant","permissions":["media.*","share.*","system.configure"],"storage_scope":[]}"#
            try #require(try await api.post("roles", role).status == 201)
            let tenant = try await api.token(ofNew: "tenant", role: "tenant")
            let before = try await state(api)
            var asked = 0
            // Number 1 of everything is the administrator's.
            for endpoint in EndpointManifest.all
            where endpoint.demandsAuthentication && !endpoint.template.parameterNames.isEmpty {
                guard endpoint.authentication != .signedLink else { continue }
                for path in Set([endpoint.path(), endpoint.path(tail: "media/films/a.txt")]) {
                    let query = endpoint.queryParameters.filter(\.isRequired).map { "\($0.name)=1" }
                    let answer = try await api.send(
                        endpoint.requestMethod, path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")),
                        endpoint.takesJSON ? "{}" : "", token: tenant)
                    #expect(
                        [403, 404].contains(answer.status), "\(endpoint.id) \(path): \(answer.status) \(answer.text)")
                    #expect(!answer.text.contains("a.txt"), "\(endpoint.id)")
                    asked += 1
                }
            }
            #expect(asked > 20)
            #expect(try await state(api) == before)
        }
    }

    /// What the administrator has, and how often anything was changed.
    private func state(_ api: CatalogAPI) async throws -> [String] {
        var texts: [String] = []
        for path in ["auth/api-keys", "auth/sessions", "scans", "catalog-info/media/films/a.txt"] {
            texts.append(try await api.get(path).text)
        }
        texts.append("\(try await api.get("audit").object()["total_count"] ?? 0) changes")
        return texts + ["\(try await api.get("download/links").objects("links").count) links"]
    }
}

/// Searches in somebody's name.
private struct Searcher {
    let api: CatalogAPI
    let token: String

    /// The paths of the hits, whose number must be the total that is shown.
    func paths(_ query: String) async throws -> [String] {
        let answer = try await api.get("search?query=" + query, token: token)
        let paths = try answer.strings("path")
        #expect(try answer.object()["total"] as? Int == paths.count, "\(query)")
        return paths
    }
}
