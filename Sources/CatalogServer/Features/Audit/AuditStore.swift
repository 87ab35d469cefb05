import CatalogCore
import CatalogDatabase
import Foundation

/// Keeps the audit trail. An event is written in the transaction of the change that it is about, so neither is there
/// without the other.
struct AuditStore: Sendable {
    func record(_ event: AuditEvent, by author: Author, now: Int64, _ connection: any SQLConnection) throws {
        let changes = String(decoding: try JSONEncoder().encode(event.changes), as: UTF8.self)
        try connection.execute(
            AuditQueries.insert,
            [
                .integer(now), .text(author.kind.rawValue), .optional(author.userID), .text(author.name),
                .optional(author.address), .text(event.action.rawValue), .text(event.target.kind.rawValue),
                .optional(event.target.id), .text(event.target.name), .text(changes),
            ])
    }

    /// The latest events first, and how many there are in all.
    func events(
        _ filter: AuditFilter, page: Page, _ connection: any SQLConnection
    ) throws -> (records: [AuditRecord], total: Int) {
        let action = filter.action ?? ""
        let values: [SQLValue] = [
            .integer(filter.authorID ?? 0), .text(action), .text(action.hasSuffix(".") ? action + "%" : action),
            .text(filter.targetKind?.rawValue ?? ""), .integer(filter.targetID ?? 0),
            .integer(filter.since ?? .min), .integer(filter.until ?? .max),
        ]
        let total = try connection.firstRow(AuditQueries.count, values) { Int($0.integer(0)) } ?? 0
        let paging: [SQLValue] = [.integer(Int64(page.limit)), .integer(Int64(page.offset))]
        return (try connection.rows(AuditQueries.page, values + paging, Self.record), total)
    }

    private static func record(_ row: SQLRow) throws -> AuditRecord {
        AuditRecord(
            id: row.integer(0), at: row.integer(1), authorKind: row.text(2), authorID: row.optionalInteger(3),
            authorName: row.text(4), address: row.optionalText(5), action: row.text(6), targetKind: row.text(7),
            targetID: row.optionalInteger(8), targetName: row.text(9),
            changes: try JSONDecoder().decode([AuditEvent.Change].self, from: Data(row.text(10).utf8)))
    }
}
