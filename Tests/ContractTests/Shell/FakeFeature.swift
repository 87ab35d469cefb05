import CatalogCore
import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A feature with one endpoint for each rule of the shell.
struct FakeFeature {
    static let endpoints: [Endpoint] = [
        Endpoint(.get, "/test/open", id: "test.open", "Open", tag: .health).open(because: "Test").rated(.unlimited)
            .answers(200, "Message"),
        Endpoint(.get, "/api/v1/test/items/{id}", id: "test.item", "One item", tag: .catalog).requires("media.view")
            .answers(200, "Message").fails(404),
        Endpoint(.delete, "/api/v1/test/items/{id}", id: "test.remove", "Remove an item", tag: .catalog)
            .requires("media.delete").answers(204),
        Endpoint(.get, "/api/v1/test/tail/{path...}", id: "test.tail", "A path", tag: .catalog).open(because: "Test")
            .rated(.unlimited).query(QueryParameter("q", .string, "Any text")).answers(200, "Message"),
        Endpoint(.post, "/api/v1/test/echo", id: "test.echo", "Echo", tag: .catalog).open(because: "Test")
            .rated(.unlimited).body("Message").answers(200, "Message"),
        Endpoint(.post, "/api/v1/test/login", id: "test.login", "Login", tag: .authentication).open(because: "Test")
            .rated(.auth).body("Message", malformed: ErrorText.invalidFormat).answers(200, "Message"),
        Endpoint(.post, "/api/v1/test/register", id: "test.register", "Register", tag: .authentication)
            .open(because: "Test").rated(.auth).answers(204),
        Endpoint(.get, "/api/v1/test/big", id: "test.big", "Much text", tag: .catalog).open(because: "Test")
            .rated(.unlimited).answers(200, "Message"),
        Endpoint(.get, "/api/v1/test/fail/{code}", id: "test.fail", "Fails", tag: .catalog).open(because: "Test")
            .rated(.unlimited),
        Endpoint(.get, "/api/v1/test/structured", id: "test.structured", "Fails", tag: .catalog)
            .open(because: "Test").rated(.unlimited).errors(.structured),
        Endpoint(.get, "/api/v1/test/colliding", id: "test.colliding", "Fails", tag: .catalog)
            .open(because: "Test").rated(.unlimited),
        Endpoint(.get, "/api/v1/test/stats", id: "test.stats", "Fails", tag: .catalog).open(because: "Test")
            .rated(.unlimited).errors(.stats),
        Endpoint(.get, "/api/v1/test/file/{id}", id: "test.file", "Bytes", tag: .download).requires("media.view")
            .countingRangesOnce().answers(200, contentType: "application/octet-stream"),
        Endpoint(.get, "/api/v1/test/stream/{count}", id: "test.stream", "Bytes without a length", tag: .download)
            .open(because: "Test").rated(.unlimited).streaming()
            .answers(200, contentType: "application/octet-stream"),
        Endpoint(.get, "/api/v1/test/broken/{code}", id: "test.broken", "Bytes that end early", tag: .download)
            .open(because: "Test").rated(.unlimited).streaming()
            .answers(200, contentType: "application/octet-stream"),
        Endpoint(.get, "/api/v1/test/events", id: "test.events", "Events", tag: .events)
            .authenticated(by: .bearerOrTicket).anyCaller(because: "Test").streaming()
            .answers(200, contentType: "text/event-stream"),
        Endpoint(.get, "/api/v1/test/quiet", id: "test.quiet", "No events", tag: .events)
            .authenticated(by: .bearerOrTicket).anyCaller(because: "Test").streaming()
            .answers(200, contentType: "text/event-stream"),
        Endpoint(.get, "/api/v1/test/link/{token}", id: "test.link", "A signed link", tag: .download)
            .authenticated(by: .signedLink).anyCaller(because: "Test").answers(204),
    ]

    struct Echo: Codable {
        let name: String
        let count: Int?
    }

    let mailbox = EventMailbox(capacity: 4)
    /// How often a body was taken for a whole one.
    let echoes = CallCount()

    var handlers: [EndpointHandler] {
        answering + failing + streaming
    }

    private var answering: [EndpointHandler] {
        [
            EndpointHandler("test.open") { _, _ in .message("open") },
            EndpointHandler("test.item") { _, context in
                .message("item \(try context.path.id("id", of: "item")) of \(try context.requireCaller().username)")
            },
            EndpointHandler("test.remove") { _, _ in .noContent },
            EndpointHandler("test.tail") { _, context in
                let bytes = context.path.bytes("path").map { String($0, radix: 16) }.joined(separator: " ")
                return .message("\(bytes)|\(context.query["q"] ?? "-")")
            },
            EndpointHandler("test.echo") { [echoes] request, context in
                let body = try await request.json(Echo.self, context)
                echoes.add()
                return try .json(body)
            },
            EndpointHandler("test.login") { request, context in
                try await context.charge(account: try await request.json(Echo.self, context).name)
                return .message("in")
            },
            EndpointHandler("test.register") { _, _ in .noContent },
            EndpointHandler("test.big") { _, _ in .message(String(repeating: "much text ", count: 1_000)) },
            EndpointHandler("test.file") { _, _ in .message("file") },
            EndpointHandler("test.link") { _, _ in .noContent },
        ]
    }

    private var failing: [EndpointHandler] {
        [
            EndpointHandler("test.fail") { _, context in
                guard let code = CatalogError.Code(rawValue: context.path.text("code")) else {
                    throw UnknownFailure(secret: "/srv/secret/path")
                }
                throw CatalogError(code, "What went wrong", details: ["job_id": .integer(7)], cause: "SELECT secret")
            },
            EndpointHandler("test.structured") { _, _ in throw CatalogError(.notFound, "No such subtitle") },
            EndpointHandler("test.colliding") { _, _ in
                throw CatalogError(.conflict, "Busy", details: ["status": .text("running")])
            },
            EndpointHandler("test.stats") { _, _ in throw CatalogError(.notFound, "No such root") },
        ]
    }

    private var streaming: [EndpointHandler] {
        [
            EndpointHandler("test.stream") { _, context in
                let count = try context.path.id("count", of: "part")
                let body = context.streamBody(length: nil) { writer in
                    for _ in 0..<count { try await writer.write(ByteBuffer(repeating: 120, count: 64 << 10)) }
                }
                return Response(status: .ok, headers: [.contentType: "application/octet-stream"], body: body)
            },
            EndpointHandler("test.broken") { _, context in
                let code = CatalogError.Code(rawValue: context.path.text("code")) ?? .internalError
                let body = context.streamBody(length: 10) { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw CatalogError(code, "What went wrong", cause: "the disk is gone")
                }
                return Response(status: .ok, headers: [.contentType: "application/octet-stream"], body: body)
            },
            EndpointHandler("test.quiet") { _, context in try await context.eventStream(EventMailbox()) },
            EndpointHandler("test.events") { [mailbox] _, context in try await context.eventStream(mailbox) },
        ]
    }
}

/// Counts calls.
final class CallCount: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add() { value.wrappingAdd(1, ordering: .relaxed) }
}

/// An error that no service should throw.
struct UnknownFailure: Error {
    let secret: String
}

extension ShellFixture {
    /// The shell around `FakeFeature`.
    static func fake(
        _ feature: FakeFeature = FakeFeature(), _ settings: HTTPSettings = HTTPSettings(),
        logger: Logger = ShellFixture.quietLogger
    ) throws -> ShellFixture {
        try ShellFixture(
            endpoints: FakeFeature.endpoints, handlers: feature.handlers, settings: settings, logger: logger)
    }
}

extension HTTPFields {
    /// The header field of a bearer token.
    static func token(_ token: String) -> HTTPFields {
        [.authorization: "Bearer \(token)"]
    }

    /// A field by its written name.
    subscript(text name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }
}
