import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// What the clients of a fleet have been told, and what they should not have seen.
final class FleetLog: Sendable {
    struct State {
        var answers = 0
        /// Accounts whose making was acknowledged.
        var users: [String] = []
        /// Scans that were accepted.
        var scans: [String] = []
        /// Those of them that somebody wanted to stop.
        var cancelled: Set<String> = []
        /// Copies that were accepted, by their jobs, with the names of the new files.
        var copies: [String: String] = [:]
        /// Answers that nobody may ever get.
        var violations: [String] = []
    }

    private let state = Mutex(State())
    var now: State { state.withLock { $0 } }

    func note(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
}

/// Clients that go on while servers come and go, each on a thread of its own: a request blocks.
final class FleetClients: Sendable {
    private let log: FleetLog
    private let password: String
    private let ports = Mutex<[UInt16]>([])
    private let isOver = Mutex(false)
    private let running = Mutex(0)

    /// - Parameter password: of the first administrator.
    init(log: FleetLog, password: String) {
        self.log = log
        self.password = password
    }

    /// The servers that there are now.
    func use(_ ports: [UInt16]) { self.ports.withLock { $0 = ports } }

    func start(roots: [String]) {
        for seed in 0..<2 { run(UInt64(seed)) { try $0.browse() } }
        run(10) { try $0.comeAndGo() }
        run(11) { try $0.register() }
        run(12) { try $0.scan(roots) }
        run(13) { try $0.copy(from: roots[0], to: roots[1]) }
    }

    /// Tells them to stop and waits until they have.
    func stop() async throws {
        isOver.withLock { $0 = true }
        try await until { running.withLock { $0 } == 0 }
    }

    private func run(_ seed: UInt64, _ body: @escaping @Sendable (FleetClient) throws -> Void) {
        running.withLock { $0 += 1 }
        let client = FleetClient(log: log, password: password, name: "client\(seed)") { [self] in
            ports.withLock { $0.randomElement() }
        }
        Thread.detachNewThread { [self] in
            while !isOver.withLock({ $0 }) {
                // A server that is killed or away is what the test is about.
                do { try body(client) } catch { usleep(50_000) }
            }
            running.withLock { $0 -= 1 }
        }
    }
}

/// One person with a client.
private final class FleetClient: Sendable {
    struct Away: Error {}

    private let log: FleetLog
    private let password: String
    private let name: String
    private let port: @Sendable () -> UInt16?
    private let session = Mutex<String?>(nil)
    private let count = Mutex(0)

    init(log: FleetLog, password: String, name: String, port: @escaping @Sendable () -> UInt16?) {
        (self.log, self.password, self.name, self.port) = (log, password, name, port)
    }

    func browse() throws {
        _ = try ask("GET /api/v1/search?query=note", token: token(), [200])
        _ = try ask("GET /api/v1/catalog/one/d1?limit=50", token: token(), [200])
    }

    /// A session that has ended is over everywhere, at the latest a moment later.
    func comeAndGo() throws {
        let token = try login()
        _ = try ask("GET /api/v1/auth/profile", token: token, [200])
        _ = try ask("POST /api/v1/auth/logout", token: token, [200])
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            if try ask("GET /api/v1/auth/profile", token: token, [200, 401]).status == 401 { return }
            usleep(100_000)
        }
        log.note { $0.violations.append("a session lived on after its end") }
    }

    func register() throws {
        let user = "\(name)-\(next())"
        let body = """
            {"username":"\(user)","email":"\(user)@example.org","password":"long enough \(user)","first_name":"A","last_name":"B"}
            """
        // Asked once: a name that is taken was written twice.
        _ = try ask("POST /api/v1/auth/register", body: body, [201])
        log.note { $0.users.append(user) }
    }

    func scan(_ roots: [String]) throws {
        for root in roots {
            let body = "{\"storage_root_id\":\"\(root)\",\"scan_type\":\"full\"}"
            let answer = try ask("POST /api/v1/scans", token: token(), body: body, [202, 409])
            guard answer.status == 202, let id = Self.job(in: answer.text) else { continue }
            log.note { $0.scans.append(id) }
            guard next() % 3 == 0 else { continue }
            // Whether it is heard or not.
            log.note { $0.cancelled.insert(id) }
            _ = try ask("POST /api/v1/scans/\(id)/cancel", token: token(), [200, 409])
        }
        usleep(100_000)
    }

    func copy(from source: String, to target: String) throws {
        let file = "copy \(next())"
        let body = """
            {"source_path":"\(source):d0/\(source)5/note 5-2","dest_path":"copies/\(file)","storage_id":"\(target)","async":true}
            """
        let answer = try ask("POST /api/v1/copy/storage", token: token(), body: body, [202])
        if let id = Self.job(in: answer.text) { log.note { $0.copies[id] = file } }
        // Each is written, read back and noted: some of them are under way at any time.
        usleep(700_000)
    }

    private func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    private static func job(in text: String) -> String? {
        text.firstMatch(of: /"job_id":"?(\d+)/).map { String($0.output.1) }
    }

    private func token() throws -> String {
        if let known = session.withLock({ $0 }) { return known }
        let new = try login()
        session.withLock { $0 = new }
        return new
    }

    private func login() throws -> String {
        let body = "{\"username\":\"admin\",\"password\":\"\(password)\"}"
        let text = try ask("POST /api/v1/auth/login", body: body, [200]).text
        guard let token = text.firstMatch(of: /"session_token":"([^"]+)"/)?.output.1 else { throw Away() }
        return String(token)
    }

    /// - Parameter allowed: beside 503 where the database may be away, as no file is.
    private func ask(
        _ line: String, token: String? = nil, body: String = "", _ allowed: Set<Int>
    ) throws -> (status: Int, text: String) {
        guard let port = port() else { throw Away() }
        var client = ServerClient(port: port)
        client.token = token
        let text = try client.request(line, body: body)
        // Cut off in the middle by a kill.
        guard let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }), text.contains("\r\n\r\n")
        else { throw Away() }
        log.note { state in
            state.answers += 1
            let isAway = status == 503 && TestEngine.isPostgres
            if !isAway, !allowed.contains(status) { state.violations.append("\(line): \(text.prefix(600))") }
        }
        guard allowed.contains(status) else { throw Away() }
        return (status, text)
    }
}
