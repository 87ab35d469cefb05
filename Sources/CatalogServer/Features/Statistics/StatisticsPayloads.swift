import CatalogCore
import CatalogScanner
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// What statistics put on the wire.
extension JSONWriter {
    mutating func directorySize(_ directory: DirectorySize, in rootName: String) {
        beginObject()
        field("path", directory.path)
        field("name", directory.name)
        field("storage_root_name", rootName)
        field("file_count", directory.fileCount)
        field("directory_count", directory.directoryCount)
        field("duplicate_count", directory.duplicateCount)
        field("total_size", directory.totalBytes)
        field("modified_at", time: directory.modifiedNS == 0 ? nil : directory.modifiedNS / 1_000)
        endObject()
    }

    mutating func scanRecord(_ scan: Scan) {
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
        field("files_moved", scan.counts.moved)
        field("error_count", scan.counts.errors)
        if let message = scan.errorMessage { field("error_message", message) }
        endObject()
    }

    mutating func totals(_ totals: EntryTotals) {
        field("total_files", totals.files)
        field("total_directories", totals.directories)
        field("total_size", totals.bytes)
    }

    mutating func fileType(_ type: FileTypeFigures) {
        beginObject()
        field("file_type", FileType.of(fileExtension: type.fileExtension.isEmpty ? nil : type.fileExtension).rawValue)
        field("extension", type.fileExtension.isEmpty ? "" : "." + type.fileExtension)
        field("count", type.count)
        field("total_size", type.bytes)
        field("average_size", type.count > 0 ? type.bytes / type.count : 0)
        endObject()
    }

    mutating func growth(_ growth: GrowthHistory) {
        beginObject()
        beginArray("monthly_growth")
        for month in growth.months {
            beginObject()
            field("month", month.name)
            field("files_added", month.filesAdded)
            field("size_added", month.bytesAdded)
            field("total_files", month.totals.files)
            field("total_size", month.totals.bytes)
            endObject()
        }
        endArray()
        field("total_growth_rate", growth.totalRate)
        field("file_growth_rate", growth.fileRate)
        field("size_growth_rate", growth.sizeRate)
        endObject()
    }

    mutating func changes(_ history: EntryHistory, of root: StorageRoot) {
        beginObject()
        field("storage_root_id", root.id)
        field("storage_root_name", root.name)
        field("files_added", history.addedFiles)
        field("size_added", history.addedBytes)
        field("files_removed", history.removedFiles)
        field("size_removed", history.removedBytes)
        field("files_changed", history.changedFiles)
        field("size_changed", history.changedBytes)
        field("files_moved", history.movedFiles)
        endObject()
    }

    /// - Parameters:
    ///   - files: all that there are.
    ///   - first: the beginning of the first day.
    mutating func access(_ pattern: AccessPattern, of files: Int64, days: Int, from first: Int64) {
        beginObject()
        field("period_days", days)
        field("total_accesses", pattern.total)
        field("recently_accessed", pattern.files)
        field("never_accessed", max(0, files - pattern.filesEverRead))
        beginArray("access_frequency")
        let byDay = pattern.byDay
        for day in 0..<Int64(days) { integer(byDay[first + day * Timestamp.dayLength] ?? 0) }
        endArray()
        field("popular_extensions", pattern.topExtensions)
        field(
            "popular_directories",
            pattern.topDirectories.map { directory in
                directory.path == .root ? directory.root : "\(directory.root)/\(directory.path.text)"
            })
        beginArray("top_files")
        for file in pattern.topFiles {
            beginObject()
            field("storage_root_name", file.root)
            field("path", file.path.text)
            field("accesses", file.count)
            endObject()
        }
        endArray()
        endObject()
    }

    mutating func forecast(_ forecast: FillForecast) {
        beginObject()
        field("storage_root_id", forecast.root.id)
        field("storage_root_name", forecast.root.name)
        field("free_bytes", forecast.freeBytes)
        field("total_bytes", forecast.totalBytes)
        field("days_known", forecast.daysKnown)
        field("bytes_per_day", forecast.bytesPerDay)
        field("days_until_full", forecast.daysUntilFull)
        field("full_at", time: forecast.fullAt)
        endObject()
    }
}

extension JSONWriter {
    /// `{"success": true, "data": …}`, with a tag.
    static func wrapped(for request: Request, _ data: (inout JSONWriter) -> Void) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("data")
        data(&json)
        json.endObject()
        return json.validated(for: request)
    }

    /// The text as a response that a client may keep and has to ask about each time: nothing is sent again that it has.
    func validated(for request: Request) -> Response {
        let digest = SHA256.hash(data: Data(buffer.readableBytesView)).prefix(12)
        let tag = "\"" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=0, must-revalidate"]
        if FileConditions(request.headers).outcome(etag: tag, modifiedAt: .max) == .notModified {
            return Response(status: .notModified, headers: headers)
        }
        var response = response()
        for field in headers { response.headers.append(field) }
        return response
    }
}

extension AppRequestContext {
    /// The storage root that statistics are asked about; nil for all.
    var rootFilter: String? { query["smb_root"].flatMap { $0.isEmpty ? nil : $0 } }
}
