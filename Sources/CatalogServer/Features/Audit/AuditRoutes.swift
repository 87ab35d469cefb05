import CatalogCore
import Hummingbird

/// The audit trail over HTTP.
struct AuditRoutes: Sendable {
    let audit: AuditService

    /// One for each endpoint of `AuditEndpoints`.
    var handlers: [EndpointHandler] { [EndpointHandler("audit.list", list)] }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let page = context.query.page()
        let (records, total) = try await audit.events(try Self.filter(context.query), page: page)
        var json = JSONWriter(capacity: 128 + records.count * 320)
        json.beginObject()
        json.beginArray("events")
        for record in records { json.auditRecord(record) }
        json.endArray()
        json.field("total_count", total)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        json.endObject()
        return json.response(of: page, total: total, context)
    }

    private static func filter(_ query: QueryString) throws -> AuditFilter {
        var filter = AuditFilter()
        filter.authorID = try query.integer("user_id")
        filter.action = query["action"].flatMap { $0.isEmpty ? nil : $0 }
        filter.targetKind = try query["target_type"].flatMap { $0.isEmpty ? nil : $0 }.map { text in
            guard let kind = AuditEvent.Target.Kind(rawValue: text) else {
                throw CatalogError(.invalidArgument, "Invalid target_type: there is no \(text.prefix(40))")
            }
            return kind
        }
        filter.targetID = try query.integer("target_id")
        filter.since = try query.time("since")
        filter.until = try query.time("until")
        return filter
    }
}

extension JSONWriter {
    fileprivate mutating func auditRecord(_ record: AuditRecord) {
        beginObject()
        field("id", record.id)
        field("time", time: record.at)
        field("action", record.action)
        beginObject("author")
        field("type", record.authorKind)
        field("id", record.authorID)
        field("name", record.authorName)
        endObject()
        field("ip_address", record.address)
        beginObject("target")
        field("type", record.targetKind)
        field("id", record.targetID)
        field("name", record.targetName)
        endObject()
        beginArray("changes")
        for change in record.changes {
            beginObject()
            field("field", change.field)
            field("from", change.from)
            field("to", change.to)
            endObject()
        }
        endArray()
        endObject()
    }
}
