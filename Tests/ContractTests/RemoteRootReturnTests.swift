import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogStorage
import CatalogTestSupport
import Foundation
import HTTPTypes
import Logging
import Testing

/// A storage that was away is noticed when it is back, without a restart and without anybody asking for it.
@Suite struct RemoteRootReturnTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func with(
        _ kind: TestStorageServer.Kind,
        _ body: @escaping @Sendable (CatalogAPI, TestStorageServer, _ file: Int) async throws -> Void
    ) async throws {
        try await TestStorageServer.with(kind) { server in
            let scratch = try ScratchDirectory(in: server.share)
            try scratch.writeFile(["film"], Array("content".utf8))
            let login = kind == .nfs ? "" : #","username":"catalogizer","password":"catalogizer""#
            let url = server.url(of: scratch.path)
            try await CatalogAPI.with { api in
                let made = try await api.post(
                    "storage/roots",
                    #"{"name":"nas","protocol":"\#(kind.rawValue)","url":"\#(url)","timeout":8\#(login)}"#)
                try #require(made.status == 201, "\(made.text)")
                // On a busy machine a scan may miss the time-out.
                var id: Int?
                while id == nil {
                    try await api.scan("nas")
                    id = try await api.get("search?query=film").objects("files").first?["id"] as? Int
                }
                try await body(api, server, try #require(id))
            }
        }
    }

    /// What the database says, without asking the storage.
    private func status(_ api: CatalogAPI) async throws -> String {
        try await api.server.services.roots.find("nas", scope: .everything).shownStatus
    }

    @Test(.timeLimit(.minutes(20)), arguments: [TestStorageServer.Kind.nfs, .smb, .ftp])
    func `A server that was restarted is online again, and whoever listens hears of it`(
        kind: TestStorageServer.Kind
    ) async throws {
        try await with(kind) { api, server, id in
            let stream = try RawConnection(port: api.port)
            try await stream.send(
                "GET /api/v1/events?channels=system_updates HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(api.admin)\r\n\r\n"
            )
            _ = try await stream.receiveAll { $0.contains("retry:") }
            try await server.make("kill")
            let away = try await api.get("download/file/\(id)")
            #expect(away.status == 502 && away.text == #"{"error":"Storage unavailable"}"#)
            // A download does not write into the catalog; the next round does.
            let watch = api.server.services.watch(every: .milliseconds(20), logger: Self.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch.run() }
                while try await status(api) != "offline" { try await Task.sleep(for: .milliseconds(5)) }
                // The catalog answers as ever.
                #expect(try await api.get("catalog/nas").strings("name") == ["film"])
                #expect(try await api.get("search?query=film").objects("files").count == 1)
                let list = try await api.get("catalog/nas").objects("files")
                #expect(list.first?["storage_status"] as? String == "offline")
                try await server.make("start")
                while try await status(api) != "online" { try await Task.sleep(for: .milliseconds(5)) }
                group.cancelAll()
            }
            #expect(api.server.services.roots.circuit(of: 1) == .closed)
            #expect(try await api.get("download/file/\(id)").text == "content")
            let told = try await stream.receiveAll { $0.contains(#""status":"online""#) }
            let data = #""data":{"storage_root":"nas","storage_root_id":1,"status":"offline","error":"#
            #expect(told.contains(#"{"type":"storage_root_status","# + data), "\(told)")
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `A look at a server that answers nothing ends, and the next one finds it again`()
        async throws
    {
        try await with(.nfs) { api, server, _ in
            let watch = api.server.services.watch(every: .seconds(60), logger: Self.quiet)
            try await server.make("freeze")
            #expect(try await api.scan("nas").object()["status"] as? String == "failed")
            let checked = try await api.server.services.roots.find("nas", scope: .everything).lastCheckedAt
            // Changing something else lets go of the backend: this node has met nothing yet, and another one has just looked.
            #expect(try await api.send(.put, "storage/roots/nas", #"{"max_depth":9}"#).status == 200)
            api.server.clock.advance(by: .seconds(20))
            try await watch.look()
            #expect(try await api.server.services.roots.find("nas", scope: .everything).lastCheckedAt == checked)
            api.server.clock.advance(by: .seconds(20))
            async let other: Void = watch.look()
            try await watch.look()
            try await other
            #expect(try await status(api) == "offline")
            try await server.make("thaw")
            while try await status(api) != "online" {
                api.server.clock.advance(by: .seconds(60))
                try await watch.look()
            }
        }
    }

    @Test func `A root that can be reached is left alone, and one that only a worker reaches is left to it`()
        async throws
    {
        try await CatalogAPI.with { api in
            try await api.addRoot()
            let before = try await api.server.services.roots.find("media", scope: .everything)
            #expect(before.status == .online)
            api.server.clock.advance(by: .seconds(3_600))
            let watch = api.server.services.watch(every: .seconds(30), logger: Self.quiet)
            try await watch.look()
            #expect(try await api.server.services.roots.find("media", scope: .everything) == before)
            try FileManager.default.moveItem(atPath: api.server.tree, toPath: api.server.tree + "-away")
            #expect(try await api.post("storage/roots/media/test").object()["success"] as? Bool == false)
            try FileManager.default.moveItem(atPath: api.server.tree + "-away", toPath: api.server.tree)
            api.server.clock.advance(by: .seconds(3_600))
            try await api.server.services.watch(every: .seconds(30), only: [], logger: Self.quiet).look()
            #expect(try await api.server.services.roots.find("media", scope: .everything).status == .offline)
            try await watch.look()
            #expect(try await api.server.services.roots.find("media", scope: .everything).status == .online)
        }
    }
}
