import CatalogCore
import CatalogStorage

/// The body of create and update; what is absent stays as it is, or has its default.
struct StorageRootRequest: Decodable, Sendable {
    let name: String?
    let protocolName: String?
    let path: String?
    let url: String?
    let id: String?
    let enabled: Bool?
    let allowOverlap: Bool?
    let maxDepth: Int??
    let enableDuplicateDetection: Bool?
    let enableMetadataExtraction: Bool?
    let includePatterns: [String]?
    let excludePatterns: [String]?

    private enum CodingKeys: String, CodingKey {
        case name, path, url, id, enabled
        case protocolName = "protocol"
        case allowOverlap = "allow_overlap"
        case maxDepth = "max_depth"
        case enableDuplicateDetection = "enable_duplicate_detection"
        case enableMetadataExtraction = "enable_metadata_extraction"
        case includePatterns = "include_patterns"
        case excludePatterns = "exclude_patterns"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        protocolName = try values.decodeIfPresent(String.self, forKey: .protocolName)
        path = try values.decodeIfPresent(String.self, forKey: .path)
        url = try values.decodeIfPresent(String.self, forKey: .url)
        id = try values.decodeIfPresent(String.self, forKey: .id)
        enabled = try values.decodeIfPresent(Bool.self, forKey: .enabled)
        allowOverlap = try values.decodeIfPresent(Bool.self, forKey: .allowOverlap)
        // Null takes a limit away, an absent key leaves it.
        maxDepth = values.contains(.maxDepth) ? .some(try values.decodeIfPresent(Int.self, forKey: .maxDepth)) : .none
        enableDuplicateDetection = try values.decodeIfPresent(Bool.self, forKey: .enableDuplicateDetection)
        enableMetadataExtraction = try values.decodeIfPresent(Bool.self, forKey: .enableMetadataExtraction)
        includePatterns = try values.decodeIfPresent([String].self, forKey: .includePatterns)
        excludePatterns = try values.decodeIfPresent([String].self, forKey: .excludePatterns)
    }

    /// A new root.
    ///
    /// - Throws: `CatalogError.invalidArgument` for missing or senseless fields, `.unsupported` for a protocol that this
    ///   version does not have.
    func draft() throws -> StorageRootDraft {
        guard let name else { throw CatalogError(.invalidArgument, "name is required") }
        guard let protocolName else { throw CatalogError(.invalidArgument, "protocol is required") }
        var draft = StorageRootDraft(name: try StorageRootDraft.checked(name: name), protocolName: "local")
        try place(&draft, protocolName: protocolName)
        guard !draft.url.isEmpty else { throw CatalogError(.invalidArgument, "path is required") }
        try apply(to: &draft)
        return draft
    }

    /// A changed root.
    ///
    /// - Throws: as `draft`; the protocol of a root cannot be changed.
    func draft(changing root: StorageRoot) throws -> StorageRootDraft {
        var draft = StorageRootDraft(root)
        if let protocolName, protocolName != root.protocolName {
            throw CatalogError(.invalidArgument, "The protocol of a storage root cannot be changed")
        }
        if let name { draft.name = try StorageRootDraft.checked(name: name) }
        try place(&draft, protocolName: root.protocolName)
        try apply(to: &draft)
        return draft
    }

    private func place(_ draft: inout StorageRootDraft, protocolName: String) throws {
        guard protocolName == "local" else { throw StorageRootDraft.unsupported(protocolName) }
        if let path, !path.isEmpty {
            try draft.place(at: StorageURL(localPath: NameEncoding.bytes(of: path)))
        } else if let url, !url.isEmpty {
            try draft.place(at: StorageURL(parsing: url))
        }
    }

    private func apply(to draft: inout StorageRootDraft) throws {
        if let id {
            guard StorageRootDraft.slug(of: id) == id, id.count <= 64 else {
                throw CatalogError(
                    .invalidArgument, "id must consist of lower-case letters, digits and -, and not of digits only")
            }
            draft.slug = id
        }
        if let maxDepth {
            if let maxDepth, maxDepth < 1 { throw CatalogError(.invalidArgument, "max_depth must be at least 1") }
            draft.maxDepth = maxDepth
        }
        draft.enabled = enabled ?? draft.enabled
        draft.allowOverlap = allowOverlap ?? draft.allowOverlap
        draft.enableDuplicateDetection = enableDuplicateDetection ?? draft.enableDuplicateDetection
        draft.enableMetadataExtraction = enableMetadataExtraction ?? draft.enableMetadataExtraction
        draft.includePatterns = includePatterns ?? draft.includePatterns
        draft.excludePatterns = excludePatterns ?? draft.excludePatterns
    }
}

extension JSONWriter {
    /// A storage root; `space` and `message` where the answer has them.
    mutating func storageRoot(_ root: StorageRoot, space: StorageProbe? = nil, message: String? = nil) {
        beginObject()
        field("id", root.slug)
        field("root_id", root.id)
        field("name", root.name)
        field("path", root.path)
        field("protocol", root.protocolName)
        // What network protocols have; a local root has none of it.
        for key in ["host", "port", "username", "domain", "mount_point", "options", "url"] as [StaticString] {
            nullField(key)
        }
        field("has_password", false)
        field("enabled", root.enabled)
        field("allow_overlap", root.allowOverlap)
        field("max_depth", root.maxDepth)
        field("enable_duplicate_detection", root.enableDuplicateDetection)
        field("enable_metadata_extraction", root.enableMetadataExtraction)
        field("include_patterns", root.includePatterns)
        field("exclude_patterns", root.excludePatterns)
        field("status", root.shownStatus)
        field("last_error", root.lastError)
        field("last_checked_at", time: root.lastCheckedAt)
        if let free = space?.freeBytes { field("free_bytes", free) }
        if let total = space?.totalBytes { field("total_bytes", total) }
        field("created_at", time: root.createdAt)
        field("updated_at", time: root.updatedAt)
        field("last_scan_at", time: root.lastScanAt)
        if let message { field("message", message) }
        endObject()
    }
}
