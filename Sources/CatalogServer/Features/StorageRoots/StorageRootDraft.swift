import CatalogCore
package import CatalogScanner
package import CatalogStorage

/// What somebody wants a storage root to be, after its fields were checked for sense.
package struct StorageRootDraft: Sendable, Equatable {
    /// 1 to 64 characters that people chose, unique among the roots.
    package var name: String
    /// What the API calls it; fixed once the root exists.
    package let protocolName: String
    /// Where it is, in the one text form of `StorageURL`.
    package var url: String
    /// The path of `url` in text form.
    package var path: String
    /// The name to log in with; nil for guests.
    package var username: String?
    /// Of Windows networks.
    package var domain: String?
    /// What the protocol wants to know beside, by name.
    package var options: [String: String] = [:]
    /// A new password, not sealed yet; nil leaves it, empty takes it away.
    package var password: SecretValue?
    /// As the vault sealed it.
    var sealedPassword: [UInt8]?
    /// Whether it can be scanned and downloaded from.
    package var enabled = true
    /// Whether it may lie inside of another root or around one.
    package var allowOverlap = false
    /// Directories below each other that a scan enters; nil means all.
    package var maxDepth: Int?
    /// A wish that is stored and shown again: to look for files of equal content.
    package var enableDuplicateDetection = true
    /// A wish that is stored and shown again: to open files for their metadata.
    package var enableMetadataExtraction = true
    /// Patterns of files that a scan takes; empty means all.
    package var includePatterns: [String] = []
    /// Patterns of files and directories that it passes over, even when they are included.
    package var excludePatterns: [String] = []
    /// When it is scanned without anybody asking for it.
    package var schedule = ScanSchedule()
    /// When its files may be read for their hashes, and how much of them.
    package var hashLimits = HashLimits()
    /// Given by the caller; otherwise made from the name.
    package var slug: String?

    /// - Throws: `CatalogError.invalidArgument` for a name that cannot be one.
    package init(name: String, location: StorageURL) throws {
        self.init(name: try Self.checked(name: name), protocolName: location.scheme.protocolName)
        try place(at: location)
    }

    /// A root that is nowhere yet.
    init(name: String, protocolName: String) {
        self.name = name
        self.protocolName = protocolName
        url = ""
        path = ""
    }

    /// - Throws: `CatalogError.invalidArgument` for a URL of another protocol.
    mutating func place(at location: StorageURL) throws {
        guard location.scheme.protocolName == protocolName else {
            throw CatalogError(.invalidArgument, "The URL is none of the protocol \(protocolName)")
        }
        if let name = location.username { username = name }
        let place = location.withoutUsername
        url = place.text
        path = place.scheme == .file ? NameEncoding.text(of: place.path) : place.text
    }

    /// What a backend is made from.
    ///
    /// - Parameter open: gives back what was sealed.
    func location(_ open: ([UInt8]) throws -> String) throws -> StorageLocation {
        let secret = try password?.text ?? sealedPassword.map(open) ?? ""
        let credentials = username.map { StorageCredentials(username: $0, password: secret, domain: domain) }
        return StorageLocation(
            url: try StorageURL(parsing: url), credentials: credentials, options: StorageOptions(options))
    }

    /// The same as an existing root, to be changed in parts.
    package init(_ root: StorageRoot) {
        name = root.name
        protocolName = root.protocolName
        url = root.url
        path = root.path
        username = root.username
        domain = root.domain
        options = root.options
        sealedPassword = root.sealedPassword
        enabled = root.enabled
        allowOverlap = root.allowOverlap
        maxDepth = root.maxDepth
        enableDuplicateDetection = root.enableDuplicateDetection
        enableMetadataExtraction = root.enableMetadataExtraction
        includePatterns = root.includePatterns
        excludePatterns = root.excludePatterns
        schedule = root.schedule
        hashLimits = root.hashLimits
        slug = root.slug
    }

    /// The same for an existing root, which keeps its string id unless another one was asked for.
    func named(like root: StorageRoot) -> StorageRootDraft {
        var draft = self
        draft.slug = slug ?? root.slug
        return draft
    }

    /// A name: 1 to 64 characters, none of `/ : ,`, no control characters, not all digits.
    static func checked(name: String) throws -> String {
        guard name.utf8.count <= Limits.nameBytes else {
            throw CatalogError(.invalidArgument, "name must have 1 to 64 characters")
        }
        let name = name.trimmingPrefix { $0.isWhitespace }
        let trimmed = String(name.reversed().drop { $0.isWhitespace }.reversed())
        guard (1...64).contains(trimmed.count) else {
            throw CatalogError(.invalidArgument, "name must have 1 to 64 characters")
        }
        let isForbidden = trimmed.unicodeScalars.contains {
            "/:,".unicodeScalars.contains($0) || $0.properties.generalCategory == .control
                || $0.properties.generalCategory == .format
        }
        guard !isForbidden else {
            throw CatalogError(.invalidArgument, "name must not contain / : , or control characters")
        }
        guard !isNumber(trimmed) else {
            throw CatalogError(.invalidArgument, "name must not consist of digits only")
        }
        guard trimmed != ".", trimmed != ".." else {
            throw CatalogError(.invalidArgument, "name must not be . or .., which mean something else in a path")
        }
        return trimmed
    }

    /// The string id of a root: lower-case letters and digits of the name, joined by `-`.
    static func slug(of name: String) -> String {
        let words = TextFold.fold(name).split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let slug = words.isEmpty ? "root" : words.joined(separator: "-")
        // A number means the root with this number.
        return isNumber(slug) ? "root-" + slug : slug
    }

    private static func isNumber(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }
    }
}

/// A secret on its way through the program. It never prints itself.
package struct SecretValue: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    let text: String

    /// - Parameter text: the secret.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { "***" }
    /// Nothing, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
