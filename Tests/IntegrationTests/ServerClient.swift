import CatalogTestSupport
import Foundation
import Testing

/// A client of one server that runs as a program.
struct ServerClient: Sendable {
    let port: UInt16
    /// Of the session that requests belong to; nil for none.
    var token: String?

    init(port: UInt16) {
        self.port = port
    }

    /// A client that has logged in as the first administrator, whose password is in the program's data directory.
    static func administrator(of program: Program, port: UInt16) throws -> ServerClient {
        let password = try String(contentsOfFile: program.path("data/admin-password"), encoding: .utf8)
        return try loggedIn("admin", password: password.trimmingCharacters(in: .newlines), port: port)
    }

    /// A client with a new session.
    static func loggedIn(_ name: String, password: String, port: UInt16) throws -> ServerClient {
        var client = ServerClient(port: port)
        let body = #"{"username":"\#(name)","password":"\#(password)"}"#
        let answer = try client.request("POST /api/v1/auth/login", body: body)
        client.token = String(try #require(answer.firstMatch(of: /"session_token":"([^"]+)"/)?.output.1))
        return client
    }

    /// The same session at another server.
    func at(_ port: UInt16) -> ServerClient {
        var client = ServerClient(port: port)
        client.token = token
        return client
    }

    /// Asks for a scan and returns its number.
    func startScan(of root: String) throws -> String {
        let answer = try request("POST /api/v1/scans", body: "{\"storage_root_id\":\"\(root)\"}")
        return String(try #require(answer.firstMatch(of: /"job_id":"?(\d+)/)?.output.1, "\(answer)"))
    }

    /// The `status` of a scan.
    func state(ofScan scan: String) throws -> String? {
        try request("GET /api/v1/scans/\(scan)").firstMatch(of: /"status":"([^"]+)"/).map { String($0.output.1) }
    }

    func state(ofCopy job: String) throws -> String? {
        try request("GET /api/v1/copy/jobs/\(job)").firstMatch(of: /"status":"([^"]+)"/).map { String($0.output.1) }
    }

    /// How many entries a search finds.
    func total(ofSearch term: String) throws -> Int? {
        try request("GET /api/v1/search?query=\(term)").firstMatch(of: /"total":(\d+)/).flatMap { Int($0.output.1) }
    }

    /// The status code of a request, `line` being its method and target.
    func status(of line: String, body: String = "") throws -> Int? {
        try request(line, body: body).split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// The whole answer: the server closes the connection behind it.
    func request(_ line: String, body: String = "") throws -> String {
        var head = line + " HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json"
        if let token { head += "\r\nAuthorization: Bearer \(token)" }
        return try Connection(port: port).requestWhole(head, body: body)
    }
}

/// Waits until `condition` holds: another process does what it says.
func until(
    checkingEvery pause: Duration = .milliseconds(50), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + Patience.limit
    while try !condition() {
        try #require(ContinuousClock.now < end, "waited in vain", sourceLocation: sourceLocation)
        try await Task.sleep(for: pause)
    }
}
