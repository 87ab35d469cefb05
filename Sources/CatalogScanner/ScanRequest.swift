package import CatalogCore
import Foundation

/// What somebody asked a scan to do; the payload of its job.
package struct ScanRequest: Sendable, Codable {
    /// The storage root to look at.
    package let rootID: RootID
    private var scanType: String
    /// The directory in text form; nil for the whole root. Of a scan of some directories the one that holds them all.
    let pathText: String?
    /// The directories in text form to which a scan keeps; nil for one that looks at all below its path.
    private let directoryTexts: [String]?
    /// Directories below each other that are entered; nil means as the root says.
    package let maxDepth: Int?
    /// Removals are applied without asking again.
    package let confirmsRemovals: Bool
    /// Who asked; nil for the command line and the server itself.
    package let requestedBy: UserID?
    /// Whether the program itself wants it; whoever asks for a scan does not get in its way.
    private var automatic: Bool?

    /// A request with what was left out as documented: all of the root, its depth, and removals that may be parked.
    ///
    /// - Parameter path: the directory to look at, with all below it.
    package init(
        rootID: RootID, path: StoragePath = .root, type: ScanType, maxDepth: Int? = nil, confirmsRemovals: Bool = false,
        requestedBy: UserID? = nil
    ) {
        self.rootID = rootID
        pathText = path == .root ? nil : path.text
        directoryTexts = nil
        scanType = type.rawValue
        self.maxDepth = maxDepth
        self.confirmsRemovals = confirmsRemovals
        self.requestedBy = requestedBy
    }

    /// Whether the program itself wants it.
    var isAutomatic: Bool { automatic ?? false }

    /// The same as a wish of the program itself.
    package var madeAutomatic: ScanRequest {
        var request = self
        request.automatic = true
        return request
    }

    /// A request to look at directories that have changed, as somebody who watches them says, and at what is new in them.
    package init(rootID: RootID, changed directories: [StoragePath]) {
        self.rootID = rootID
        pathText = Self.common(directories).text
        directoryTexts = directories.map(\.text)
        scanType = ScanType.watch.rawValue
        (maxDepth, confirmsRemovals, requestedBy, automatic) = (nil, false, nil, true)
    }

    /// The deepest directory that holds all of these, or is the only one of them.
    private static func common(_ directories: [StoragePath]) -> StoragePath {
        guard var shared = directories.first?.components else { return .root }
        for directory in directories.dropFirst() {
            shared = Array(zip(shared, directory.components).prefix { $0 == $1 }.map(\.0))
        }
        return (try? StoragePath(components: shared)) ?? .root
    }

    /// Whether it looks at all of the root.
    var isWhole: Bool { pathText == nil }

    /// The directories to which the scan keeps; nil for all below its path.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a payload that nobody has written here.
    var directories: [StoragePath]? {
        get throws { try directoryTexts?.map { try StoragePath(parsing: $0) } }
    }

    /// Where its walk begins: those who keep to some directories step over the ones above them.
    var start: StoragePath {
        get throws { directoryTexts == nil ? try path : .root }
    }

    /// How closely to look.
    package var type: ScanType { ScanType(rawValue: scanType) ?? .incremental }

    /// The directory to look at, with all below it.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a payload that nobody has written here.
    package var path: StoragePath {
        get throws { try pathText.map { try StoragePath(parsing: $0) } ?? .root }
    }

    /// Makes it a scan of another type.
    mutating func look(as type: ScanType) { scanType = type.rawValue }

    /// The payload as it is stored.
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(ScanRequest.self, from: Data(json.utf8))
    }
}

/// The payload of the job that applies parked removals.
struct RemovalRequest: Sendable, Codable {
    let scanID: JobID
    let rootID: RootID

    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    init(scanID: JobID, rootID: RootID) {
        self.scanID = scanID
        self.rootID = rootID
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(RemovalRequest.self, from: Data(json.utf8))
    }
}
