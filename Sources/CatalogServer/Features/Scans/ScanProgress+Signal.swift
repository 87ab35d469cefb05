import CatalogDatabase
import CatalogScanner

extension ScanProgress {
    /// Bytes of the path that other nodes hear of at most: a signal has little room.
    private static let pathBytesMax = 2_000

    /// What other nodes are told, whose listeners want to know too; nil when it is too long to be told.
    var signal: NodeSignal? {
        var short = self
        if currentPath.utf8.count > Self.pathBytesMax { short.currentPath = "" }
        return NodeSignal.json(short).map(NodeSignal.scanProgress)
    }

    /// What another node has told.
    init?(signal json: String) {
        guard let progress = NodeSignal.value(ScanProgress.self, from: json) else { return nil }
        self = progress
    }
}
