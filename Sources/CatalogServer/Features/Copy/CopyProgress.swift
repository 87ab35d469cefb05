import CatalogCore
import CatalogDatabase
import Foundation

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
        guard let json = try? JSONEncoder().encode(short), json.count < NodeSignal.textBytesMax / 2 else { return nil }
        return .copyProgress(String(decoding: json, as: UTF8.self))
    }

    /// What another node has told.
    init?(signal json: String) {
        guard let progress = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = progress
    }
}
