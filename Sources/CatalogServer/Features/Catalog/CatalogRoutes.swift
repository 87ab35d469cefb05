import CatalogCore
import Hummingbird

/// Browsing over HTTP.
struct CatalogRoutes: Sendable {
    let catalog: CatalogService
    let accessLog: FileAccessLog

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("catalog.roots", roots),
            EndpointHandler("catalog.list", list),
            EndpointHandler("catalog.info", info),
        ]
    }

    @Sendable private func roots(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let names = try await catalog.rootNames(scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.beginObject()
        json.field("roots", names)
        json.endObject()
        return json.response()
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let path = context.path.bytes("path")
        if path.allSatisfy({ $0 == UInt8(ascii: "/") }) { return try await roots(request, context) }
        let page = context.query.page()
        let order = CatalogOrder(sortBy: context.query["sort_by"], sortOrder: context.query["sort_order"])
        let cursor = try context.query["cursor"].flatMap { $0.isEmpty ? nil : try CatalogCursor($0, order) }
        let result = try await catalog.children(
            of: path, CatalogPart(order: order, page: page, cursor: cursor), scope: context.requireCaller().scope,
            into: { JSONWriter(beginningPage: "files", rows: page.limit) }, { $0.entry($1) })
        var json = result.output
        json.endArray()
        json.field("count", result.count)
        json.field("total", result.total)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        // A page that is not full has none behind it.
        let next = (result.count == page.limit ? result.last : nil).map { CatalogCursor(after: $0, order).text }
        if let next { json.field("next_cursor", next) }
        json.endObject()
        return json.response(
            of: page, total: result.total, behind: cursor == nil ? .offset : .cursor(next), context)
    }

    @Sendable private func info(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let found = try await catalog.info(context.path.bytes("path"), scope: context.requireCaller().scope)
        var json = JSONWriter()
        let accessedAt = try await accessLog.lastAccess(to: found.entry.id)
        let quickHash = try await catalog.duplicates.quickHash(of: found.entry.id)
        json.fileInfo(found.entry, quickHash: quickHash, moments: (found.lastScanAt, accessedAt))
        return json.response()
    }
}
