import CatalogCore
import CatalogScanner

/// The body of `POST /scans`. The root may be named by its number, its string id or its name.
struct ScanCreateRequest: Decodable, Sendable {
    let storageRoot: String
    let scanType: String?
    let maxDepth: Int?
    let path: String?
    let confirmsRemovals: Bool

    private enum CodingKeys: String, CodingKey {
        case storageRoot = "storage_root_id"
        case scanType = "scan_type"
        case maxDepth = "max_depth"
        case path
        case confirmsRemovals = "confirm_removals"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        storageRoot = try values.textOrNumber(forKey: .storageRoot)
        scanType = try values.decodeIfPresent(String.self, forKey: .scanType)
        maxDepth = try values.decodeIfPresent(Int.self, forKey: .maxDepth)
        path = try values.decodeIfPresent(String.self, forKey: .path)
        confirmsRemovals = try values.decodeIfPresent(Bool.self, forKey: .confirmsRemovals) ?? false
    }

    /// How closely to look, once all fields have been found to make sense.
    ///
    /// - Throws: `CatalogError.invalidArgument` or `.unsupported` for what this version cannot do.
    func checkedType() throws -> ScanType {
        guard scanType != "verify" else {
            throw CatalogError(.unsupported, "Scan type \"verify\" is not supported by this version")
        }
        guard let type = ScanType(rawValue: scanType ?? ScanType.full.rawValue) else {
            throw CatalogError(.invalidArgument, "Invalid scan_type. Supported: full, incremental, quick")
        }
        if let maxDepth, maxDepth < 1 { throw CatalogError(.invalidArgument, "max_depth must be at least 1") }
        return type
    }
}

extension JSONWriter {
    /// A scan, whatever its state.
    ///
    /// - Parameter now: microseconds since 1970; a running scan's time counts until then.
    mutating func scan(_ scan: Scan, now: Int64) {
        beginObject()
        field("id", scan.id)
        field("job_id", scan.id)
        field("storage_root_id", scan.rootID)
        field("storage_root", scan.rootName)
        field("protocol", scan.protocolName)
        field("scan_type", scan.type)
        field("path", scan.path)
        field("status", scan.status)
        field("progress", scan.percent)
        field("start_time", time: scan.startedAt)
        field("end_time", time: scan.endedAt)
        field("elapsed_ms", scan.elapsedMilliseconds(now: now))
        field("current_path", scan.isOver ? nil : scan.currentPath)
        field("files_per_second", scan.entriesPerSecond(now: now))
        field("files_processed", scan.counts.entriesFound)
        field("files_found", scan.counts.entriesFound)
        field("directories_listed", scan.counts.directoriesListed)
        field("files_added", scan.counts.added)
        field("files_updated", scan.counts.updated)
        field("files_deleted", scan.counts.removed)
        field("files_moved", scan.counts.moved)
        field("error_count", scan.counts.errors)
        field("error_message", scan.errorMessage)
        field("removal_state", scan.removalState == .none ? nil : scan.removalState.rawValue)
        field("removals_parked", scan.removalsParked)
        field("removal_reason", scan.removalReason)
        endObject()
    }

    /// What a queued job looks like to the one who asked for it.
    mutating func queued(_ job: JobID, rootID: RootID, type: String, message: String) {
        beginObject()
        field("job_id", job)
        field("storage_root_id", rootID)
        field("scan_type", type)
        field("status", "queued")
        field("message", message)
        endObject()
    }
}
