package import CatalogCore
import CatalogDatabase
package import CatalogScanner
import Foundation

/// A configured, named place that is cataloged.
package struct StorageRoot: Sendable, Equatable {
    /// Whether the root could be reached when it was last tried.
    package enum Status: String, Sendable {
        case unknown, online, offline
    }

    /// Given by the database; never used twice.
    package let id: RootID
    /// The string id: made from the name, unique, accepted wherever the API says `storage_id`.
    package var slug: String
    package var name: String
    /// What the API calls it: `local`, `smb`, `nfs`, `ftp` or `webdav`.
    package let protocolName: String
    /// The URL that says where it is (`file:///srv/media`).
    package var url: String
    /// The place as people read it (`/srv/media`).
    package var path: String
    /// The name to log in with; nil for guests.
    package var username: String?
    /// Of Windows networks.
    package var domain: String?
    /// What the protocol wants to know beside, by name.
    package var options: [String: String]
    /// As the vault sealed it; nil for none.
    package var sealedPassword: [UInt8]?
    package var enabled: Bool
    /// May lie inside another root, or hold one.
    package var allowOverlap: Bool
    /// Directories below each other that a scan enters; nil means all.
    package var maxDepth: Int?
    package var enableDuplicateDetection: Bool
    package var enableMetadataExtraction: Bool
    package var includePatterns: [String]
    package var excludePatterns: [String]
    package var schedule: ScanSchedule
    package var hashLimits: HashLimits
    /// What the root was at its last scan.
    package var identity: String?
    package var status: Status
    package var lastError: String?
    /// Microseconds since 1970, as all times here.
    package var lastCheckedAt: Int64?
    package var lastScanAt: Int64?
    package let createdAt: Int64
    package var updatedAt: Int64
    package var deletedAt: Int64?

    /// `online`, `offline`, `unknown`, or `disabled` whatever the last try said.
    package var shownStatus: String { enabled ? status.rawValue : "disabled" }

    /// Columns as in `StorageRootQueries.columns`.
    init(row: SQLRow) {
        id = row.integer(0)
        slug = row.text(1)
        name = row.text(2)
        protocolName = row.text(3)
        url = row.text(4)
        path = row.text(5)
        enabled = row.bool(6)
        allowOverlap = row.bool(7)
        maxDepth = row.optionalInteger(8).map { Int($0) }
        enableDuplicateDetection = row.bool(9)
        enableMetadataExtraction = row.bool(10)
        includePatterns = Self.list(row.text(11))
        excludePatterns = Self.list(row.text(12))
        identity = row.optionalText(13)
        status = Status(rawValue: row.text(14)) ?? .unknown
        lastError = row.optionalText(15)
        lastCheckedAt = row.optionalInteger(16)
        lastScanAt = row.optionalInteger(17)
        createdAt = row.integer(18)
        updatedAt = row.integer(19)
        deletedAt = row.optionalInteger(20)
        username = row.optionalText(21)
        domain = row.optionalText(22)
        options = row.optionalText(23).map(Self.dictionary) ?? [:]
        sealedPassword = row.optionalBytes(24)
        schedule = ScanSchedule(
            intervalSeconds: row.optionalInteger(25).map { Int($0) },
            quiet: row.optionalText(26).flatMap(DailyWindow.init))
        hashLimits = HashLimits(
            window: row.optionalText(27).flatMap(DailyWindow.init), bytesPerDay: row.optionalInteger(28))
    }

    /// What a rewrite changes, for the audit trail.
    func changes(to draft: StorageRootDraft) -> [AuditEvent.Change] {
        var list = ChangeList()
        list.add("name", name, draft.name)
        list.add("url", url, draft.url)
        list.add("username", username, draft.username)
        list.add("domain", domain, draft.domain)
        list.add("options", Self.json(options), Self.json(draft.options))
        list.addUnseen("password", isChanged: sealedPassword != draft.sealedPassword)
        list.add("enabled", "\(enabled)", "\(draft.enabled)")
        list.add("allow_overlap", "\(allowOverlap)", "\(draft.allowOverlap)")
        list.add("max_depth", maxDepth.map { "\($0)" }, draft.maxDepth.map { "\($0)" })
        list.add(
            "enable_duplicate_detection", "\(enableDuplicateDetection)", "\(draft.enableDuplicateDetection)")
        list.add(
            "enable_metadata_extraction", "\(enableMetadataExtraction)", "\(draft.enableMetadataExtraction)")
        list.add(
            "scan_interval", schedule.intervalSeconds.map { "\($0)" }, draft.schedule.intervalSeconds.map { "\($0)" })
        list.add("quiet_window", schedule.quiet?.text, draft.schedule.quiet?.text)
        list.add("hash_window", hashLimits.window?.text, draft.hashLimits.window?.text)
        list.add(
            "hash_budget", hashLimits.bytesPerDay.map { "\($0)" }, draft.hashLimits.bytesPerDay.map { "\($0)" })
        list.add("include_patterns", Self.json(includePatterns), Self.json(draft.includePatterns))
        list.add("exclude_patterns", Self.json(excludePatterns), Self.json(draft.excludePatterns))
        return list.changes
    }

    /// A list as it is stored.
    static func json(_ list: [String]) -> String {
        let data = try? JSONEncoder().encode(list)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// A dictionary as it is stored.
    static func json(_ dictionary: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try? encoder.encode(dictionary)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func dictionary(_ json: String) -> [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
    }

    private static func list(_ json: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(json.utf8))) ?? []
    }
}
