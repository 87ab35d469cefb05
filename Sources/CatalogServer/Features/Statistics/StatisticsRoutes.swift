import CatalogCore
import CatalogScanner
import Hummingbird

/// Statistics over HTTP.
struct StatisticsRoutes: Sendable {
    let statistics: StatisticsService

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("stats.directories", directories), EndpointHandler("stats.scans", scans),
            EndpointHandler("stats.overall", overall), EndpointHandler("stats.root", root),
            EndpointHandler("stats.filetypes", fileTypes), EndpointHandler("stats.sizes", sizes),
            EndpointHandler("stats.growth", growth), EndpointHandler("stats.changes", changes),
            EndpointHandler("stats.forecast", forecast), EndpointHandler("stats.access", access),
        ]
    }

    @Sendable private func directories(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let root = context.query["smb_root"], !root.isEmpty else {
            throw CatalogError(.invalidArgument, "smb_root is required")
        }
        let page = context.query.page(
            default: StatisticsEndpoints.rowsDefault, max: StatisticsEndpoints.directoriesMax)
        let found = try await statistics.largestDirectories(
            of: root, limit: page.limit, scope: context.requireCaller().scope)
        var json = JSONWriter(beginningPage: "directories", rows: found.directories.count)
        for directory in found.directories { json.directorySize(directory, in: found.root.name) }
        json.endArray()
        json.field("count", found.directories.count)
        json.endObject()
        return json.validated(for: request)
    }

    @Sendable private func scans(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let page = context.query.page(default: StatisticsEndpoints.rowsDefault)
        let found = try await statistics.scanHistory(
            of: context.rootFilter, page: page, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            json.beginArray("scans")
            for scan in found.scans { json.scanRecord(scan) }
            json.endArray()
            json.field("total_count", found.total)
            json.field("limit", page.limit)
            json.field("offset", page.offset)
            json.endObject()
        }
    }

    @Sendable private func overall(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let found = try await statistics.overall(scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            json.totals(found.totals)
            json.field("total_duplicates", found.duplicates.files)
            json.field("duplicate_groups", found.duplicates.groups)
            json.field("storage_roots_count", found.roots.count)
            json.field("active_storage_roots", found.roots.count { $0.enabled && $0.status != .offline })
            json.field("last_scan_time", (found.roots.compactMap(\.lastScanAt).max() ?? 0) / 1_000_000)
            json.endObject()
        }
    }

    @Sendable private func root(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let found = try await statistics.totals(
            of: context.path.text("smb_root"), scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            json.field("name", found.root.name)
            json.totals(found.totals)
            json.field("duplicate_files", found.duplicates.files)
            json.field("duplicate_groups", found.duplicates.groups)
            json.field("last_scan_time", (found.root.lastScanAt ?? 0) / 1_000_000)
            json.field("is_online", found.root.enabled && found.root.status == .online)
            json.endObject()
        }
    }

    @Sendable private func fileTypes(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let page = context.query.page(default: StatisticsEndpoints.rowsDefault)
        let types = try await statistics.fileTypes(
            of: context.rootFilter, limit: page.limit, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginArray()
            for type in types { json.fileType(type) }
            json.endArray()
        }
    }

    @Sendable private func sizes(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let sizes = try await statistics.sizes(of: context.rootFilter, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            for size in SizeClass.allCases {
                json.key(dynamic: "\(size)")
                json.integer(sizes[size] ?? 0)
            }
            json.endObject()
        }
    }

    @Sendable private func growth(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let months = Page(
            limit: context.query["months"], offset: nil, default: StatisticsEndpoints.monthsDefault,
            max: StatisticsEndpoints.monthsMax
        ).limit
        let growth = try await statistics.growth(
            of: context.rootFilter, months: months, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { $0.growth(growth) }
    }

    @Sendable private func changes(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let since = try context.query.time("since") else {
            throw CatalogError(.invalidArgument, "since is required: a time such as 2024-01-15T10:30:00Z")
        }
        let found = try await statistics.changes(
            since: since, of: context.rootFilter, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginObject()
            json.field("since", time: found.start)
            json.beginArray("roots")
            for part in found.roots { json.changes(part.history, of: part.root) }
            json.endArray()
            json.endObject()
        }
    }

    @Sendable private func access(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let days = Page(
            limit: context.query["days"], offset: nil, default: StatisticsEndpoints.daysDefault,
            max: StatisticsEndpoints.daysMax
        ).limit
        let found = try await statistics.accessPattern(
            of: context.rootFilter, days: days, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.access(found.pattern, of: found.files, days: days, from: found.firstDay)
        }
    }

    @Sendable private func forecast(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let forecasts = try await statistics.forecasts(
            of: context.rootFilter, scope: context.requireCaller().scope)
        return JSONWriter.wrapped(for: request) { json in
            json.beginArray()
            for forecast in forecasts { json.forecast(forecast) }
            json.endArray()
        }
    }
}
