import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

@Suite struct SystemRoleTests {
    private static let documented: [String: [String]] = [
        "admin": ["*"],
        "moderator": [
            "media.*", "share.*", "analytics.view", "conversion.*", "report.*", "favorite.*", "profile.*", "user.view",
        ],
        "user": [
            "media.view", "media.download", "media.share", "share.view", "share.create", "favorite.*", "profile.*",
            "conversion.view", "conversion.create", "conversion.manage", "report.create",
        ],
        "viewer": ["media.view", "profile.*", "favorite.view", "report.create"],
    ]

    @Test func `A new database has the four system roles with the permissions that clients count on`() async throws {
        try await AuthenticationFixture.with { fixture in
            let rows = try await fixture.database.read { connection in
                try connection.rows(SQLStatement("SELECT name, permissions, is_system FROM roles ORDER BY id")) {
                    (name: $0.text(0), permissions: $0.text(1), isSystem: $0.bool(2))
                }
            }
            #expect(rows.map(\.name) == ["admin", "user", "moderator", "viewer"])
            for row in rows {
                let permissions = try JSONDecoder().decode([String].self, from: Data(row.permissions.utf8))
                #expect(permissions == Self.documented[row.name], "\(row.name)")
                #expect(row.isSystem)
            }
        }
    }
}
