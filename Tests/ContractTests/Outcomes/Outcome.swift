import Testing

/// What one endpoint answers, request by request.
struct EndpointOutcomes: Sendable, CustomTestStringConvertible {
    /// The endpoint's id in the manifest.
    let id: String
    /// Below `/api/v1/`, unless it begins with a slash. Names in braces stand for what `Scene` knows: `{file}`.
    let path: String
    /// Asked in this order, of one server of their own.
    let rows: [Outcome]

    init(_ id: String, _ path: String, _ rows: [Outcome]) {
        self.id = id
        self.path = path
        self.rows = rows
    }

    var testDescription: String { id }
}

/// One request and its answer.
struct Outcome: Sendable {
    /// Who asks.
    enum Asker: Sendable {
        case administrator
        /// Ada, whose role is `viewer`.
        case viewer
        /// Somebody who looks after users: see `Situation.managerThere`.
        case manager
        /// A key of the administrator: see `Situation.keyMade`.
        case script
        case nobody
    }

    /// How the body of an answer is known.
    enum Content: Sendable {
        /// Every byte of it.
        case exactly(String)
        /// What stands somewhere in it.
        case showing(String)
    }

    /// What the request is about.
    let name: String
    let status: Int
    let content: Content
    private(set) var path: String?
    private(set) var body = ""
    private(set) var asker = Asker.administrator
    private(set) var headers: [String: String] = [:]
    private(set) var isHead = false
    private(set) var situation: Situation?

    private init(_ name: String, _ status: Int, _ content: Content) {
        self.name = name
        self.status = status
        self.content = content
    }

    /// An answer that is no error, with `text` somewhere in its body.
    static func success(_ status: Int, _ name: String, showing text: String = "") -> Outcome {
        let hasBody = status != 204 && status != 304
        return Outcome(name, status, hasBody ? .showing(text) : .exactly(""))
    }

    /// An error of statistics with exactly this text.
    static func statsFailure(_ status: Int, _ name: String, _ text: String) -> Outcome {
        Outcome(name, status, .exactly(#"{"success":false,"error":"\#(text)"}"#))
    }

    /// An error with exactly this text, and with `members` beside it: `"field":"password"`.
    static func failure(_ status: Int, _ name: String, _ text: String, members: String = "") -> Outcome {
        let quoted = text.replacing("\"", with: "\\\"")
        return Outcome(name, status, .exactly(#"{"error":"\#(quoted)"\#(members.isEmpty ? "" : "," + members)}"#))
    }

    /// Asks another path than the rest of the endpoint's rows.
    func at(_ path: String) -> Outcome { with { $0.path = path } }

    /// Sends a body.
    func sending(_ body: String) -> Outcome { with { $0.body = body } }

    /// Is asked by somebody else than the administrator.
    func by(_ asker: Asker) -> Outcome { with { $0.asker = asker } }

    /// Sends a header field.
    func having(_ name: String, _ value: String) -> Outcome { with { $0.headers[name] = value } }

    /// Asks for the head alone, where the body has no end.
    func askingForHead() -> Outcome { with { $0.isHead = true } }

    /// Is asked when something has happened, which stays so for the rows that follow.
    func after(_ situation: Situation) -> Outcome { with { $0.situation = situation } }

    private func with(_ change: (inout Outcome) -> Void) -> Outcome {
        var copy = self
        change(&copy)
        return copy
    }
}
