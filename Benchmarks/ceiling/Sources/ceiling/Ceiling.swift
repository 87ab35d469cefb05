import GRDB
import GRDBSQLite
import Hummingbird
import Logging

/// A bare server, started as `ceiling PORT DATABASE ROWS`.
///
/// `GET /list?dir=N` answers with the hundred rows of one directory, read through SQLite's C interface on a pooled
/// connection and written as JSON by hand. No token, no rate limit, no rules: the most that this framework and this
/// database give for such an answer.
@main
struct Ceiling {
    static let rowsPerDirectory = 100

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let port = Int(arguments[1]), let rows = Int(arguments[3]) else {
            throw Usage()
        }
        let pool = try SampleDatabase.open(path: arguments[2], rows: rows)
        let router = Router()
        router.get("list") { request, _ -> Response in
            let directory = request.uri.queryParameters["dir"].flatMap { Int64($0) } ?? 0
            let body = try await pool.read { try Listing.body(of: directory, in: $0) }
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
        }
        var logger = Logger(label: "ceiling")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }
}

/// What is wrong with the command line.
struct Usage: Error, CustomStringConvertible {
    var description: String { "usage: ceiling PORT DATABASE ROWS" }
}
