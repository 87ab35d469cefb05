import CatalogCore
import CatalogDatabase
import CatalogTestSupport
import Foundation
import HTTPTypes
import Synchronization
import Testing

/// A server with the storage root `media`, scanned, with nothing in it but `films/a.txt` of ten bytes; its administrator is
/// `admin`, and Ada is a viewer.
///
/// It knows what stands in braces in paths and bodies: `{tree}` is the directory of the root, `{transfer}` the one that copies may
/// use, with `in.txt` in it, `{file}` the id of the file,
/// `{films}` the id of its directory. Situations add more.
final class Scene: Sendable {
    let api: CatalogAPI
    private let values = Mutex<[String: String]>([:])
    private let connections = Mutex<[RawConnection]>([])
    private let directories = Mutex<[ScratchDirectory]>([])

    private init(_ api: CatalogAPI) {
        self.api = api
    }

    /// Runs `body` in a new one. Its server waits only a moment for a scan that does not stop.
    static func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        try await CatalogAPI.with(scanStopPatience: .milliseconds(100)) { api in
            let scene = Scene(api)
            defer { scene.dropConnections() }
            try api.server.write("films/a.txt", Array("0123456789".utf8))
            try await api.addRoot()
            try await api.scan()
            scene.know("tree", api.server.tree)
            scene.know("transfer", api.server.transfer)
            try Data("in".utf8).write(to: URL(fileURLWithPath: api.server.transfer + "/in.txt"))
            scene.know("file", "\(try await api.id(of: "films/a.txt"))")
            scene.know("films", "\(try await api.id(of: "films"))")
            try await body(scene)
        }
    }

    /// From now on `{name}` stands for `value`.
    func know(_ name: String, _ value: String) { values.withLock { $0[name] = value } }

    /// Keeps a connection open until the end of the scene.
    func keep(_ connection: RawConnection) { connections.withLock { $0.append(connection) } }

    /// Keeps a directory until the end of the scene.
    func keep(_ directory: ScratchDirectory) { directories.withLock { $0.append(directory) } }

    /// Without a word, so that the server does not wait for the end of what it sends on them.
    private func dropConnections() {
        for connection in connections.withLock({ $0 }) { connection.close(isReset: true) }
    }

    /// Changes the database behind the back of the server.
    func execute(_ sql: String) async throws {
        try await api.server.database.write { try $0.executeScript(sql) }
    }

    /// Makes what the server believes about callers too old.
    func forgetCallers() { api.server.clock.advance(by: .seconds(1)) }

    /// `text` with everything in braces replaced that is known.
    func filled(_ text: String) -> String {
        values.withLock { $0.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) } }
    }

    /// Sends the request of a row.
    func ask(_ row: Outcome, of endpoint: EndpointOutcomes, _ method: HTTPRequest.Method) async throws
        -> CatalogAPI.Answer
    {
        try await row.situation?.arrange(self)
        let token =
            switch row.asker {
            case .administrator: api.admin
            case .viewer: api.viewer
            case .manager: filled("{manager}")
            case .script: filled("{key}")
            case .nobody: ""
            }
        return try await api.send(
            row.isHead ? .head : method, filled(row.path ?? endpoint.path), filled(row.body), token: token,
            headers: row.headers)
    }
}
