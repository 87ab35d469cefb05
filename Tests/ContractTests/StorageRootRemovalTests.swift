import CatalogDatabase
import CatalogTestSupport
import HTTPTypes
import Testing

/// A storage root goes while somebody still looks at it.
@Suite struct StorageRootRemovalTests {
    /// Everything that a root leaves in the database, and the root itself.
    private static let tables = [
        "storage_roots", "entries", "directories", "scans", "scan_frontier", "scan_removals", "scan_errors",
    ]

    @Test(arguments: [0, 1, 500])
    func `A root that is purged during its scan leaves nothing`(entries: Int) async throws {
        try await CatalogAPI.with { api in
            try Self.fill(api)
            try await api.addRoot()
            #expect(try await api.post("scans", #"{"storage_root_id":"media"}"#).status == 202)
            try await Self.wait { try await Self.count("entries", api) >= entries }
            #expect(try await api.send(.delete, "storage/roots/media?purge=true").status == 204)
            // The answer itself means that nothing writes any more.
            for table in Self.tables { #expect(try await Self.count(table, api) == 0, "\(table)") }
            #expect(try await Self.count("jobs WHERE status IN ('pending', 'running')", api) == 0)
            // The same place can be added anew.
            #expect(try await api.addRoot().status == 201)
            #expect(try await api.scan().object()["status"] as? String == "completed")
            #expect(try await api.get("search?query=file&limit=1").object()["total"] as? Int == Self.directories * 3)
        }
    }

    @Test func `A root that is deleted during its scan is scanned no more, and comes back whole`() async throws {
        try await CatalogAPI.with { api in
            try Self.fill(api)
            try await api.addRoot()
            #expect(try await api.post("scans", #"{"storage_root_id":"media"}"#).status == 202)
            try await Self.wait { try await Self.count("entries", api) > 1 }
            #expect(try await api.send(.delete, "storage/roots/media").status == 204)
            #expect(try await Self.count("jobs WHERE status IN ('pending', 'running')", api) == 0)
            #expect(try await api.addRoot().status == 201)
            #expect(try await api.scan().object()["status"] as? String == "completed")
            #expect(try await Self.count("entries", api) == 1 + Self.directories * 4)
        }
    }

    private static let directories = 1_500

    private static func fill(_ api: CatalogAPI) throws {
        for directory in 0..<directories {
            for number in 0..<3 { try api.server.write("d\(directory)/file \(number)", [1]) }
        }
    }

    private static func count(_ table: String, _ api: CatalogAPI) async throws -> Int {
        let statement = SQLStatement("SELECT COUNT(*) FROM \(table)")
        return try await api.server.database.read { try $0.firstRow(statement) { Int($0.integer(0)) } ?? 0 }
    }

    private static func wait(until condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + Patience.limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw CatalogAPI.ScanNeverEnded() }
        }
    }
}
