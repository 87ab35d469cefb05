/// One route of the API as data.
///
/// The router, the OpenAPI document and the tests all read it; nothing else says what exists.
///
/// Written as a value that is refined step by step:
///
///     Endpoint(.get, "/api/v1/catalog/{path...}", id: "catalog.list", "List a directory", tag: .catalog)
///         .requires("media.view")
///         .query(.limit, .offset)
///         .answers(200, "CatalogListing")
///         .fails(400, 404)
package struct Endpoint: Sendable, Identifiable {
    /// Feature and verb (`catalog.list`): binds the handler, and is the `operationId` of the document.
    package let id: String
    package let method: Method
    package let template: PathTemplate
    /// One line for the document.
    package let summary: String
    /// The group in the document.
    package let tag: Tag
    package private(set) var details: String?
    package private(set) var authentication: Authentication = .bearer
    /// Nil until it is stated; an endpoint without one does not start.
    package private(set) var permission: PermissionRule?
    package private(set) var rateClass: RateClass = .api
    package private(set) var errorShape: ErrorShape = .plain
    package private(set) var malformedBodyText = ErrorText.invalidBody
    package private(set) var requestBody: RequestBodyRule = .none
    package private(set) var queryParameters: [QueryParameter] = []
    package private(set) var answers: [Answer] = []
    package private(set) var isStreaming = false
    /// Its handler runs on the connection's event loop: see `onEventLoop`.
    package private(set) var isOnEventLoop = false
    package private(set) var countsRangesOnce = false
    package private(set) var isDeprecated = false
    package private(set) var hidesQuery = false

    /// An endpoint that wants a bearer token, counts as `.api`, and has no stated permission yet.
    package init(
        _ method: Method, _ template: PathTemplate, id: String, _ summary: String, tag: Tag
    ) {
        self.id = id
        self.method = method
        self.template = template
        self.summary = summary
        self.tag = tag
    }
}

extension Endpoint {
    /// The methods of the API; HEAD and OPTIONS are answered for every path without being listed.
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// How a request shows who sends it.
    package enum Authentication: Sendable, Equatable {
        /// It does not; a token that comes along is not looked at.
        case none
        /// It does not have to: a valid bearer token makes a caller, anything else makes none.
        case optional
        /// `Authorization: Bearer`.
        case bearer
        /// The same, or a stream ticket as `?ticket=`, for clients that cannot set header fields.
        case bearerOrTicket
        /// The path parameter `token` is a signed download link.
        case signedLink
    }

    /// Who may call.
    package enum PermissionRule: Sendable, Equatable {
        /// Everybody who passes authentication; the reason is printed in the document.
        case anyCaller(because: String)
        case required(Permission)
        /// It depends on what is asked for; the reason says on what.
        case handlerDecides(because: String)
    }

    /// Which allowance a request uses up.
    package enum RateClass: String, Sendable {
        /// One bucket for each endpoint (`rate_limit.auth_per_minute`).
        case auth
        /// One bucket for all of them (`rate_limit.api_per_minute`).
        case api
        case unlimited
    }

    /// The form of an error body.
    package enum ErrorShape: Sendable {
        /// `{"error": …}`
        case plain
        /// `{"success": false, "error": …, "code": …}`: subtitles and recommendations.
        case structured
        /// `{"success": false, "error": …}`: statistics.
        case stats
    }

    /// What a request may carry.
    package enum RequestBodyRule: Sendable, Equatable {
        case none
        /// JSON of the schema with this name, at most `Limits.jsonBodyBytes`.
        case json(schema: String, isRequired: Bool)
        /// Bytes that the handler reads as they come, at most `limit` of them; nil when the handler knows the limit.
        case stream(contentType: String, limit: Int?)
    }

    /// One documented answer.
    package struct Answer: Sendable {
        /// The HTTP status.
        package let status: Int
        /// Name of the schema of a JSON body; nil for no body or for bytes.
        package let schema: String?
        /// Whether the body is an array of such.
        package var isArray = false
        /// Media type of a body that is not JSON.
        package let contentType: String?
        package let summary: String
    }

    /// Groups of the document, one for each feature.
    package enum Tag: String, Sendable, CaseIterable {
        case health = "Health"
        case authentication = "Authentication"
        case users = "Users"
        case roles = "Roles"
        case audit = "Audit"
        case catalog = "Catalog"
        case search = "Search"
        case download = "Download"
        case copy = "Copy"
        case storage = "Storage"
        case smb = "SMB"
        case scans = "Scans"
        case statistics = "Statistics"
        case duplicates = "Duplicates"
        case events = "Events"
    }
}

extension Endpoint {
    /// More than the summary says, for the document.
    package func described(_ text: String) -> Endpoint { with { $0.details = text } }

    /// Wants a bearer token of a role that allows `permission`.
    package func requires(_ permission: Permission) -> Endpoint { with { $0.permission = .required(permission) } }

    /// Leaves the decision about the caller to the handler.
    package func handlerDecides(because reason: String) -> Endpoint {
        with { $0.permission = .handlerDecides(because: reason) }
    }

    /// Any caller will do.
    package func anyCaller(because reason: String) -> Endpoint { with { $0.permission = .anyCaller(because: reason) } }

    /// Open to everybody, without a token.
    package func open(because reason: String) -> Endpoint {
        with {
            $0.authentication = .none
            $0.permission = .anyCaller(because: reason)
        }
    }

    /// Shows the caller in another way than by a bearer token alone.
    package func authenticated(by authentication: Authentication) -> Endpoint {
        with { $0.authentication = authentication }
    }

    /// Counts against another allowance than `.api`.
    package func rated(_ rateClass: RateClass) -> Endpoint { with { $0.rateClass = rateClass } }

    /// Answers errors in another shape than `.plain`.
    package func errors(_ shape: ErrorShape) -> Endpoint { with { $0.errorShape = shape } }

    /// Takes JSON.
    ///
    /// `malformed` is the text of the 400 for what cannot be decoded: `ErrorText.invalidFormat` for authentication, download
    /// and copy, `ErrorText.invalidBody` for the rest.
    package func body(
        _ schema: String, isRequired: Bool = true, malformed: String = ErrorText.invalidBody
    ) -> Endpoint {
        with {
            $0.requestBody = .json(schema: schema, isRequired: isRequired)
            $0.malformedBodyText = malformed
        }
    }

    /// Takes bytes that the handler reads as they come.
    package func streamBody(contentType: String, limit: Int?) -> Endpoint {
        with { $0.requestBody = .stream(contentType: contentType, limit: limit) }
    }

    /// Documents parameters of the query string; the handler reads them.
    package func query(_ parameters: QueryParameter...) -> Endpoint { with { $0.queryParameters += parameters } }

    /// Answers with JSON of the schema with this name, or without a body.
    package func answers(_ status: Int, _ schema: String? = nil, _ summary: String = "") -> Endpoint {
        with { $0.answers.append(Answer(status: status, schema: schema, contentType: nil, summary: summary)) }
    }

    /// Answers with a JSON array whose elements are of the schema with this name.
    package func answers(_ status: Int, arrayOf schema: String) -> Endpoint {
        with {
            var answer = Answer(status: status, schema: schema, contentType: nil, summary: "")
            answer.isArray = true
            $0.answers.append(answer)
        }
    }

    /// Answers with something else than JSON.
    package func answers(_ status: Int, contentType: String, _ summary: String = "") -> Endpoint {
        with { $0.answers.append(Answer(status: status, schema: nil, contentType: contentType, summary: summary)) }
    }

    /// Errors that the handler itself may answer with; what the shell answers (401, 403, 404, 429, …) is added to the
    /// document without being listed.
    package func fails(_ statuses: Int...) -> Endpoint {
        with {
            $0.answers += statuses.map { Answer(status: $0, schema: nil, contentType: nil, summary: "") }
        }
    }

    /// Its answer has no end or is large: never compressed, never held in memory.
    ///
    /// - Parameter isOnEventLoop: as `onEventLoop`; false when there is much to think about before the first byte.
    package func streaming(onEventLoop isOnEventLoop: Bool = true) -> Endpoint {
        with {
            $0.isStreaming = true
            $0.isOnEventLoop = isOnEventLoop
        }
    }

    /// Its handler stays on the connection's event loop, which saves two changes of thread: for what is asked often, waits for
    /// other threads only, and needs some ten microseconds for itself. It must not block.
    package func onEventLoop() -> Endpoint { with { $0.isOnEventLoop = true } }

    /// Ranged reads of one path by one caller use up one request a minute, so that a player may seek.
    package func countingRangesOnce() -> Endpoint { with { $0.countsRangesOnce = true } }

    /// Is there for clients that know it; new ones should use another.
    package func deprecated() -> Endpoint { with { $0.isDeprecated = true } }

    /// The log shows nothing of its query string: a password stands there, or may by mistake.
    package func hidingQuery() -> Endpoint { with { $0.hidesQuery = true } }

    private func with(_ change: (inout Endpoint) -> Void) -> Endpoint {
        var copy = self
        change(&copy)
        return copy
    }
}
