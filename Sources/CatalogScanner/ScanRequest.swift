package import CatalogCore
import Foundation

/// What somebody asked a scan to do; the payload of its job.
package struct ScanRequest: Sendable, Codable {
    /// The storage root to look at.
    package let rootID: RootID
    private var scanType: String
    /// Directories below each other that are entered; nil means as the root says.
    package let maxDepth: Int?
    /// Removals are applied without asking again.
    package let confirmsRemovals: Bool
    /// Who asked; nil for the command line and the server itself.
    package let requestedBy: UserID?

    /// A request with what was left out as documented: the root's depth, and removals that may be parked.
    package init(
        rootID: RootID, type: ScanType, maxDepth: Int? = nil, confirmsRemovals: Bool = false, requestedBy: UserID? = nil
    ) {
        self.rootID = rootID
        scanType = type.rawValue
        self.maxDepth = maxDepth
        self.confirmsRemovals = confirmsRemovals
        self.requestedBy = requestedBy
    }

    /// How closely to look.
    package var type: ScanType { ScanType(rawValue: scanType) ?? .incremental }

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
