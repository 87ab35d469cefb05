import CatalogDatabase
import CatalogScanner
import Foundation

extension ScanProgress {
    /// Bytes of the path that other nodes hear of at most: a signal has little room.
    private static let pathBytesMax = 2_000

    /// What other nodes are told, whose listeners want to know too; nil when it is too long to be told.
    var signal: NodeSignal? {
        var short = self
        if currentPath.utf8.count > Self.pathBytesMax { short.currentPath = "" }
        guard let json = try? JSONEncoder().encode(short), json.count < NodeSignal.textBytesMax / 2 else { return nil }
        return .scanProgress(String(decoding: json, as: UTF8.self))
    }

    /// What another node has told.
    init?(signal json: String) {
        guard let progress = try? JSONDecoder().decode(ScanProgress.self, from: Data(json.utf8)) else { return nil }
        self = progress
    }
}
