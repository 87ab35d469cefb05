import CatalogCore
import Foundation

/// A copy that somebody asked for, checked; the payload of its job.
struct CopyRequest: Sendable, Codable {
    /// One end of it.
    enum Place: Sendable, Codable, Equatable {
        /// A path below a storage root, in text form.
        case root(RootID, String)
        /// An absolute path of the node that took the request.
        case local(String)

        var rootID: RootID? {
            if case .root(let id, _) = self { id } else { nil }
        }

        /// Another one for each place.
        var key: String {
            switch self {
            case .root(let id, let path): "\(id):\(path)"
            case .local(let path): path
            }
        }
    }

    let source: Place
    let target: Place
    /// As people wrote them.
    let shownSource: String
    let shownTarget: String
    /// For the audit trail.
    let sourceName: String
    let targetName: String
    let replaces: Bool
    let requester: Requester
    /// Set when one end is on the machine that took the request.
    let node: String?

    /// Who asked, as the audit trail will say.
    struct Requester: Sendable, Codable {
        let kind: String
        let userID: UserID?
        let name: String
        let address: String?

        init(_ author: Author) {
            (kind, userID, name, address) = (author.kind.rawValue, author.userID, author.name, author.address)
        }

        var author: Author {
            Author(kind: Author.Kind(rawValue: kind) ?? .system, userID: userID, name: name, address: address)
        }
    }

    /// The root that whoever runs the job has to reach.
    var rootID: RootID? { target.rootID ?? source.rootID }

    /// The payload as it is stored.
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(CopyRequest.self, from: Data(json.utf8))
    }

    init(
        from source: CopyEnd, to target: CopyEnd, replacing: Bool, by author: Author, node: String
    ) {
        self.source = source.place
        self.target = target.place
        shownSource = source.shown
        shownTarget = target.shown
        sourceName = source.name
        targetName = target.name
        replaces = replacing
        requester = Requester(author)
        let isLocal = source.place.rootID == nil || target.place.rootID == nil
        self.node = isLocal ? node : nil
    }
}

/// One end of a copy with what people call it.
struct CopyEnd: Sendable {
    let place: CopyRequest.Place
    /// As the client wrote it.
    let shown: String
    /// The same for everybody who names this place: `root:path` with the root's name, or an absolute path.
    let name: String

    /// The same place as somebody else wrote it.
    func written(_ text: String) -> CopyEnd { CopyEnd(place: place, shown: text, name: name) }
}
