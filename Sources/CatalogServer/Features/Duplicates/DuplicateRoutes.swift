import CatalogCore
import Hummingbird

/// Duplicates over HTTP.
struct DuplicateRoutes: Sendable {
    let duplicates: DuplicateService

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("search.duplicates", search), EndpointHandler("stats.duplicates.count", count),
            EndpointHandler("stats.duplicates", figures), EndpointHandler("stats.duplicates.groups", groups),
        ]
    }

    @Sendable private func search(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let root = context.query["smb_root"], !root.isEmpty else {
            throw CatalogError(.invalidArgument, "SMB root is required")
        }
        let limit = context.query.page(default: DuplicateEndpoints.searchDefault, max: DuplicateEndpoints.searchMax)
            .limit
        let least = Page(
            limit: context.query["min_count"], offset: nil, default: DuplicateQuestion.filesMin, max: .max
        ).limit
        let question = DuplicateQuestion(rootText: root, order: .count, filesMin: least, limit: limit)
        let found = try await duplicates.search(question, scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.beginObject()
        json.beginArray("groups")
        for group in found.groups { json.duplicateGroup(group) }
        json.endArray()
        json.field("count", found.groups.count)
        json.field("total", found.total)
        json.endObject()
        return json.response()
    }

    @Sendable private func count(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let found = try await duplicates.figures(of: context.rootFilter, scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.beginObject()
        json.field("duplicate_groups", found.figures.groups)
        json.field("total_duplicates", found.figures.files)
        json.field("total_wasted_space", found.figures.wastedBytes)
        json.field("smb_root", found.root?.name ?? "")
        json.endObject()
        return json.validated(for: request)
    }

    @Sendable private func figures(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let figures = try await duplicates.figures(of: context.rootFilter, scope: context.requireCaller().scope).figures
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            json.field("total_duplicates", figures.files)
            json.field("duplicate_groups", figures.groups)
            json.field("wasted_space", figures.wastedBytes)
            json.field("largest_duplicate_group", figures.largestGroup)
            json.field("average_group_size", figures.averageGroup)
            json.endObject()
        }
    }

    @Sendable private func groups(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let limit = context.query.page(default: DuplicateEndpoints.groupsDefault, max: DuplicateEndpoints.groupsMax)
            .limit
        let wanted = context.query["sort_by"].flatMap { $0.isEmpty ? nil : $0 } ?? DuplicateOrder.count.rawValue
        guard let order = DuplicateOrder(rawValue: wanted) else {
            throw CatalogError(.invalidArgument, "sort_by must be 'count' or 'size'")
        }
        let question = DuplicateQuestion(rootText: context.rootFilter, order: order, limit: limit)
        let groups = try await duplicates.largest(question, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginArray()
            for group in groups { json.largeGroup(group) }
            json.endArray()
        }
    }
}
