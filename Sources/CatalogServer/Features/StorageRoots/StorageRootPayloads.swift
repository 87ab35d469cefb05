import CatalogCore
import CatalogStorage

/// The body of create and update; what is absent stays as it is, or has its default.
struct StorageRootRequest: Decodable, Sendable {
    let name: String?
    let protocolName: String?
    let path: String?
    let url: String?
    let host: String?
    let port: Int?
    let username: FieldChange<String>
    let password: FieldChange<String>
    let domain: FieldChange<String>
    let options: OptionChanges
    let id: String?
    let enabled: Bool?
    let allowOverlap: Bool?
    let maxDepth: Int??
    let enableDuplicateDetection: Bool?
    let enableMetadataExtraction: Bool?
    let includePatterns: [String]?
    let excludePatterns: [String]?
    let scanInterval: FieldChange<Int>
    let quietWindow: FieldChange<String>
    let hashWindow: FieldChange<String>
    let hashBudget: FieldChange<Int64>

    private enum CodingKeys: String, CodingKey {
        case name, path, url, host, port, username, password, domain, options, id, enabled
        case protocolName = "protocol"
        case allowOverlap = "allow_overlap"
        case maxDepth = "max_depth"
        case enableDuplicateDetection = "enable_duplicate_detection"
        case enableMetadataExtraction = "enable_metadata_extraction"
        case includePatterns = "include_patterns"
        case excludePatterns = "exclude_patterns"
        case scanInterval = "scan_interval"
        case quietWindow = "quiet_window"
        case hashWindow = "hash_window"
        case hashBudget = "hash_budget"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        protocolName = try values.decodeIfPresent(String.self, forKey: .protocolName)
        path = try values.decodeIfPresent(String.self, forKey: .path)
        url = try values.decodeIfPresent(String.self, forKey: .url)
        host = try values.decodeIfPresent(String.self, forKey: .host)
        port = try values.decodeIfPresent(Int.self, forKey: .port)
        username = try values.change(forKey: .username)
        password = try values.change(forKey: .password)
        domain = try values.change(forKey: .domain)
        options = try OptionChanges(decoder, all: values.decodeIfPresent([String: OptionValue].self, forKey: .options))
        id = try values.decodeIfPresent(String.self, forKey: .id)
        enabled = try values.decodeIfPresent(Bool.self, forKey: .enabled)
        allowOverlap = try values.decodeIfPresent(Bool.self, forKey: .allowOverlap)
        // Null takes a limit away, an absent key leaves it.
        maxDepth = values.contains(.maxDepth) ? .some(try values.decodeIfPresent(Int.self, forKey: .maxDepth)) : .none
        enableDuplicateDetection = try values.decodeIfPresent(Bool.self, forKey: .enableDuplicateDetection)
        enableMetadataExtraction = try values.decodeIfPresent(Bool.self, forKey: .enableMetadataExtraction)
        includePatterns = try values.decodeIfPresent([String].self, forKey: .includePatterns)
        excludePatterns = try values.decodeIfPresent([String].self, forKey: .excludePatterns)
        scanInterval = try values.change(forKey: .scanInterval)
        quietWindow = try values.change(forKey: .quietWindow)
        hashWindow = try values.change(forKey: .hashWindow)
        hashBudget = try values.change(forKey: .hashBudget)
    }

    /// A new root.
    ///
    /// - Throws: `CatalogError.invalidArgument` for missing or senseless fields, `.unsupported` for a protocol that this
    ///   version does not have.
    func draft() throws -> StorageRootDraft {
        guard let name else { throw CatalogError(.invalidArgument, "name is required") }
        guard let protocolName else { throw CatalogError(.invalidArgument, "protocol is required") }
        _ = try Self.scheme(protocolName)
        var draft = StorageRootDraft(name: try StorageRootDraft.checked(name: name), protocolName: protocolName)
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
        if protocolName == "local" {
            if let path, !path.isEmpty {
                try draft.place(at: StorageURL(localPath: NameEncoding.bytes(of: path)))
            } else if let url, !url.isEmpty {
                try draft.place(at: StorageURL(parsing: url))
            }
            return
        }
        if let url, !url.isEmpty { return try draft.place(at: StorageURL(parsing: url)) }
        let old = draft.url.isEmpty ? nil : try StorageURL(parsing: draft.url)
        guard host != nil || port != nil || path != nil else { return }
        guard let host = host ?? old?.host else { throw CatalogError(.invalidArgument, "host is required") }
        if let port, !(1...65_535).contains(port) {
            throw CatalogError(.invalidArgument, "port must be a number from 1 to 65535")
        }
        let scheme = try old?.scheme ?? Self.scheme(protocolName)
        let shownPath = path ?? old.map { NameEncoding.text(of: $0.path) } ?? "/"
        try draft.place(
            at: StorageURL(scheme: scheme, host: host, port: port ?? old?.port, path: shownPath))
    }

    private static func scheme(_ protocolName: String) throws -> StorageURL.Scheme {
        guard let scheme = StorageURL.Scheme.allCases.first(where: { $0.protocolName == protocolName }) else {
            throw CatalogError(
                .unsupported, "Protocol \"\(protocolName.prefix(40))\" is not supported by this version")
        }
        return scheme
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
        try draft.schedule.change(scanInterval, quiet: quietWindow)
        try draft.hashLimits.change(window: hashWindow, budget: hashBudget)
        switch username {
        case .keep: break
        case .clear, .set(""): draft.username = nil
        case .set(let name): draft.username = try Self.checked(name, "username")
        }
        switch domain {
        case .keep: break
        case .clear, .set(""): draft.domain = nil
        case .set(let name): draft.domain = try Self.checked(name, "domain")
        }
        switch password {
        case .keep: break
        case .clear: draft.password = SecretValue("")
        case .set(let text):
            guard text.utf8.count <= Limits.passwordBytes, !text.utf8.contains(0) else {
                throw CatalogError(.invalidArgument, "password is too long")
            }
            draft.password = SecretValue(text)
        }
        draft.options = try options.applied(to: draft.options)
        draft.enabled = enabled ?? draft.enabled
        draft.allowOverlap = allowOverlap ?? draft.allowOverlap
        draft.enableDuplicateDetection = enableDuplicateDetection ?? draft.enableDuplicateDetection
        draft.enableMetadataExtraction = enableMetadataExtraction ?? draft.enableMetadataExtraction
        draft.includePatterns = includePatterns ?? draft.includePatterns
        draft.excludePatterns = excludePatterns ?? draft.excludePatterns
    }
}

extension StorageRootRequest {
    /// A text that goes into requests to the storage: no control characters, which could end a line there.
    fileprivate static func checked(_ text: String, _ name: String) throws -> String {
        guard text.utf8.count <= Limits.accountNameBytes,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw CatalogError(.invalidArgument, "\(name) is too long or contains control characters") }
        return text
    }
}
