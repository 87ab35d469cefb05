import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore

/// The whole server over a directory of the test, asked over a socket by an administrator and by a viewer.
struct CatalogAPI {
    /// A response as it came.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String
        let bytes: [UInt8]

        func object() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        }

        /// The value of `key` in each member of the array `list`.
        func strings(_ key: String, in list: String = "files") throws -> [String] {
            try objects(list).compactMap { $0[key] as? String }
        }

        func objects(_ list: String) throws -> [[String: Any]] {
            try object()[list] as? [[String: Any]] ?? []
        }

        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { headers[$0] }
        }
    }

    /// What makes a test wait longer than any scan of a few files takes.
    struct ScanNeverEnded: Error {}

    let server: TestServer
    let admin: String
    let viewer: String
    private let client: LiveClient

    /// Where the server listens, for tests that speak to it byte by byte.
    var port: Int { client.port }

    /// Runs `body` against a new server with an administrator and a viewer, and no storage root. Rate limits are off
    /// unless a test sets them.
    static func with(
        http: HTTPSettings = HTTPSettings(rateRules: RateRules(authPerMinute: 0, apiPerMinute: 0)),
        discovery: SMBDiscoveryService? = nil, scanStopPatience: Duration = Patience.limit,
        search: TestSearch = .index,
        logger: Logger = ShellFixture.quietLogger, _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await TestServer.withNew(
            http: http, discovery: discovery, scanStopPatience: scanStopPatience, search: search
        ) { server in
            try await LiveClient.with(server.shell, logger: logger) { client in
                let stranger = CatalogAPI(server: server, admin: "", viewer: "", client: client)
                try await server.addUser("ada", role: "viewer")
                let admin = try await stranger.login("admin", "administrator")
                let viewer = try await stranger.login("ada", "password of ada")
                try await body(CatalogAPI(server: server, admin: admin, viewer: viewer, client: client))
            }
        }
    }

    /// The same with a new session of the administrator.
    func loggedInAgain() async throws -> CatalogAPI {
        let token = try await login("admin", "administrator")
        return CatalogAPI(server: server, admin: token, viewer: viewer, client: client)
    }

    /// - Parameter path: below `/api/v1/`, unless it begins with a slash.
    /// - Parameter token: nil for the administrator's, empty for none.
    func get(_ path: String, token: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, token: token, headers: headers)
    }

    func post(_ path: String, _ body: String = "", token: String? = nil) async throws -> Answer {
        try await send(.post, path, body, token: token)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", token: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, body: Array(body.utf8), token: token, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8], token: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields: HTTPFields = [:]
        let token = token ?? admin
        if !token.isEmpty { fields[.authorization] = "Bearer \(token)" }
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let answer = try await client.execute(
            method, path.hasPrefix("/") ? path : "/api/v1/" + path, headers: fields, body: body)
        return Answer(
            status: answer.head.status.code, headers: answer.head.headerFields, text: String(buffer: answer.body),
            bytes: Array(buffer: answer.body))
    }

    /// Adds the test's directory as the storage root `media`.
    ///
    /// - Parameter looksForDuplicates: whether its files may be read behind the back of the test.
    @discardableResult func addRoot(looksForDuplicates: Bool = true) async throws -> Answer {
        let fields = looksForDuplicates ? "" : #","enable_duplicate_detection":false"#
        return try await post(
            "storage/roots", #"{"name":"media","protocol":"local","path":"\#(server.tree)"\#(fields)}"#)
    }

    /// Scans the root `name` and waits for the end.
    ///
    /// - Returns: the scan as the API shows it.
    @discardableResult func scan(_ name: String = "media", path: String = "") async throws -> Answer {
        let queued = try await post("scans", #"{"storage_root_id":"\#(name)","path":"\#(path)"}"#).object()
        return try await waitForScan(queued["job_id"] as? Int ?? 0) { scan in
            !["queued", "running"].contains(scan["status"] as? String)
        }
    }

    /// Waits until a scan is as wanted, and returns it as the API shows it.
    @discardableResult func waitForScan(
        _ job: Int, until isReached: ([String: Any]) -> Bool
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < deadline {
            let scan = try await get("scans/\(job)")
            if try isReached(scan.object()) { return scan }
            // Other tests want the processors too.
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ScanNeverEnded()
    }

    /// The id of the entry at this place, as it stands in a URL.
    func id(of path: String) async throws -> Int {
        try await get("catalog-info/media/\(path)").object()["id"] as? Int ?? 0
    }

    /// A token of a new account with this role.
    ///
    /// - Parameter headers: of the login.
    func token(ofNew name: String, role: String, headers: [String: String] = [:]) async throws -> String {
        try await server.addUser(name, role: role)
        return try await login(name, "password of \(name)", headers: headers)
    }

    /// - Returns: a token; empty when the login is refused.
    func login(_ name: String, _ password: String, headers: [String: String] = [:]) async throws -> String {
        let body = #"{"username":"\#(name)","password":"\#(password)"}"#
        let answer = try await send(.post, "auth/login", body, token: "", headers: headers)
        return try answer.object()["session_token"] as? String ?? ""
    }
}
