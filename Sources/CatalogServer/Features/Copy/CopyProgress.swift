import CatalogCore
import CatalogDatabase

/// How far a copy is that is a job.
struct CopyProgress: Sendable, Codable {
    private(set) var copy: CopyState
    /// The root that it is about, if there is one.
    let rootID: RootID?

    init(_ copy: CopyState, of rootID: RootID?) {
        (self.copy, self.rootID) = (copy, rootID)
    }

    /// What other nodes are told, whose listeners want to know too; nil when it is too long to be told.
    var signal: NodeSignal? {
        var short = self
        short.copy.forgetPlaces()
        return NodeSignal.json(short).map(NodeSignal.copyProgress)
    }

    /// What another node has told.
    init?(signal json: String) {
        guard let progress = NodeSignal.value(Self.self, from: json) else { return nil }
        self = progress
    }
}
