package import CatalogCore
import CatalogDatabase

/// A storage root that can be reached again, or not any more.
package struct StorageRootChange: Sendable, Equatable, Codable {
    /// Which one.
    package let rootID: RootID
    /// Its name.
    package let rootName: String
    /// `online` or `offline`.
    package let status: String
    /// Why it cannot be reached.
    package let error: String?

    /// What other nodes are told, whose listeners want to know too; nil when it is too long to be told.
    var signal: NodeSignal? {
        NodeSignal.json(self).map(NodeSignal.rootStatus)
    }

    init(_ root: StorageRoot, status: StorageRoot.Status, error: String?) {
        (rootID, rootName, self.status, self.error) = (root.id, root.name, status.rawValue, error)
    }

    /// What another node has told.
    init?(signal json: String) {
        guard let change = NodeSignal.value(Self.self, from: json) else { return nil }
        self = change
    }
}
