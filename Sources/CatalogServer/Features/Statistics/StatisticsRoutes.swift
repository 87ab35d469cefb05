import CatalogCore
import CatalogScanner
import Hummingbird

/// Statistics over HTTP.
struct StatisticsRoutes: Sendable {
    let statistics: StatisticsService

    var handlers: [EndpointHandler] {
        [EndpointHandler("stats.directories", directories), EndpointHandler("stats.scans", scans)]
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
        return json.response()
    }

    @Sendable private func scans(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let root = context.query["smb_root"].flatMap { $0.isEmpty ? nil : $0 }
        let page = context.query.page(default: StatisticsEndpoints.rowsDefault)
        let found = try await statistics.scanHistory(of: root, page: page, scope: context.requireCaller().scope)
        var json = JSONWriter(capacity: 256 + found.scans.count * 512)
        json.beginObject()
        json.field("success", true)
        json.key("data")
        json.beginObject()
        json.beginArray("scans")
        for scan in found.scans { json.scanRecord(scan) }
        json.endArray()
        json.field("total_count", found.total)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        json.endObject()
        json.endObject()
        return json.response()
    }
}

extension JSONWriter {
    fileprivate mutating func directorySize(_ directory: DirectorySize, in rootName: String) {
        beginObject()
        field("path", directory.path)
        field("name", directory.name)
        field("storage_root_name", rootName)
        field("file_count", directory.fileCount)
        field("directory_count", directory.directoryCount)
        field("total_size", directory.totalBytes)
        field("modified_at", time: directory.modifiedNS == 0 ? nil : directory.modifiedNS / 1_000)
        endObject()
    }

    fileprivate mutating func scanRecord(_ scan: Scan) {
        beginObject()
        field("id", scan.id)
        field("job_id", scan.id)
        field("storage_root_id", scan.rootID)
        field("storage_root_name", scan.rootName)
        field("smb_root_name", scan.rootName)
        field("scan_type", scan.type)
        field("path", scan.path)
        // That removals wait for somebody is for the list of scans to say.
        field("status", scan.status == Scan.RemovalState.needsConfirmation.rawValue ? "completed" : scan.status)
        field("start_time", time: scan.startedAt)
        field("end_time", time: scan.endedAt)
        field("files_processed", scan.counts.entriesFound)
        field("files_added", scan.counts.added)
        field("files_updated", scan.counts.updated)
        field("files_deleted", scan.counts.removed)
        field("error_count", scan.counts.errors)
        if let message = scan.errorMessage { field("error_message", message) }
        endObject()
    }
}
