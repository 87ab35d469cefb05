import CatalogCore
import Hummingbird

/// Searching over HTTP.
struct SearchRoutes: Sendable {
    let search: SearchService

    var handlers: [EndpointHandler] { [EndpointHandler("search.files", files)] }

    @Sendable private func files(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let question = try SearchRequest(context.query)
        let result = try await search.search(question, scope: context.requireCaller().scope)
        var json = JSONWriter(beginningPage: "files", rows: result.entries.count)
        for entry in result.entries { json.entry(entry) }
        json.endArray()
        json.field("total", result.total)
        json.field("count", result.entries.count)
        json.field("limit", question.page.limit)
        json.field("offset", question.page.offset)
        if let next = result.next?.text { json.field("next_cursor", next) }
        json.endObject()
        return json.response(
            of: question.page, total: result.total,
            behind: question.cursor == nil ? .offset : .cursor(result.next?.text), context)
    }
}

extension SearchRequest {
    /// - Throws: `CatalogError.invalidArgument` "Search query is required", "Invalid search parameters" for a number or
    ///   boolean that is none, or "Invalid cursor".
    init(_ query: QueryString) throws {
        guard let text = query["query"], text.contains(where: { !$0.isWhitespace }) else {
            throw CatalogError(.invalidArgument, "Search query is required")
        }
        self.init(text: text, page: query.page())
        do {
            minSize = try query.integer("min_size")
            maxSize = try query.integer("max_size")
            isDirectory = try query.bool("is_directory")
        } catch let error as CatalogError {
            throw CatalogError(
                .invalidArgument, "Invalid search parameters", details: ["details": .text(error.message)])
        }
        path = query["path"]
        fileExtension = query["extension"].flatMap { $0.isEmpty ? nil : $0 }
        mimeType = query["mime_type"].flatMap { $0.isEmpty ? nil : $0 }
        rootNames = query.list("smb_roots")
        sortBy = query["sort_by"].flatMap(Field.init(rawValue:)) ?? .name
        isDescending = query["sort_order"] == "desc"
        cursor = try query["cursor"].flatMap { $0.isEmpty ? nil : try SearchCursor($0, sortBy, isDescending) }
    }
}
