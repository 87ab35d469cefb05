import CatalogCore
import CatalogScanner
import Hummingbird

/// The body of `POST /duplicates/plan`.
struct DuplicatePlanPayload: Decodable, Sendable {
    /// One rule; which members it has depends on its word.
    struct Rule: Decodable, Sendable {
        let rule: String
        let roots: [String]?
        let prefix: String?
        let root: String?

        private enum CodingKeys: String, CodingKey { case rule, roots, prefix, root }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            rule = try values.decode(String.self, forKey: .rule)
            roots = try values.decodeIfPresent([RootName].self, forKey: .roots)?.map(\.text)
            prefix = try values.decodeIfPresent(String.self, forKey: .prefix)
            root = try values.decodeIfPresent(RootName.self, forKey: .root)?.text
        }
    }

    /// A storage root by its name, string id or number.
    private struct RootName: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int64.self) {
                text = String(number)
            } else {
                text = try value.decode(String.self)
            }
        }
    }

    let keep: [Rule]
    let roots: [String]
    let path: String
    let minSize: Int64

    private enum CodingKeys: String, CodingKey {
        case keep
        case roots = "smb_roots"
        case path
        case minSize = "min_size"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        keep = try values.decode([Rule].self, forKey: .keep)
        roots = try values.decodeIfPresent([RootName].self, forKey: .roots)?.map(\.text) ?? []
        path = try values.decodeIfPresent(String.self, forKey: .path) ?? ""
        minSize = try values.decodeIfPresent(Int64.self, forKey: .minSize) ?? 0
    }
}

extension JSONWriter {
    /// A plan with one page of its files.
    mutating func duplicatePlan(_ plan: DuplicatePlan, _ files: PlannedFiles) {
        beginObject()
        summary(of: plan)
        beginArray("groups")
        for group in files.groups { self.group(group) }
        endArray()
        field("count", files.count)
        field("total", files.total)
        field("limit", files.page.limit)
        field("offset", files.page.offset)
        endObject()
    }

    private mutating func summary(of plan: DuplicatePlan) {
        field("id", plan.id)
        field("status", plan.status.rawValue)
        field("job_id", plan.jobID)
        field("error_message", plan.error)
        field("created_at", time: plan.createdAt)
        field("expires_at", time: plan.expiresAt)
        field("is_complete", plan.isComplete)
        beginObject("totals")
        field("groups", plan.groups)
        field("kept_files", plan.keptFiles)
        field("files", plan.plannedFiles)
        field("bytes", plan.plannedBytes)
        field("removed_files", plan.removedFiles)
        field("removed_bytes", plan.removedBytes)
        field("skipped_files", plan.skippedFiles)
        endObject()
        field("progress", plan.percent)
    }

    private mutating func group(_ group: PlannedFiles.Group) {
        beginObject()
        field("group_id", group.id)
        field("hash", ContentHash.text(of: group.hash))
        field("size", group.sizeBytes)
        field("kept_id", group.keptID)
        field("kept_path", group.keptPath)
        field("kept_root", group.keptRoot)
        beginArray("files")
        for file in group.files {
            beginObject()
            field("id", file.entryID)
            field("storage_root_name", file.rootName)
            field("path", file.path)
            field("action", file.state == .kept ? "keep" : "remove")
            field("rule", file.rule)
            field("reason", file.reason)
            field("freed_bytes", file.freedBytes)
            field("modified_at", time: file.modifiedNS / 1_000)
            field("state", file.state.word)
            field("note", file.note)
            endObject()
        }
        endArray()
        endObject()
    }
}
