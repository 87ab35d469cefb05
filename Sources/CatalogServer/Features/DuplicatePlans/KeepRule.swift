import CatalogCore

/// One rule that says which of several equal files stays; what it cannot decide, the next one does.
enum KeepRule: Sendable, Equatable {
    /// Files of the storage roots that come first in the list; those that are not in it come last.
    case rootOrder([RootID])
    /// Files at this place or below it, in one root or in all.
    case path(StoragePath, root: RootID?)
    /// The file that was changed last.
    case newest
    /// The file that was changed first.
    case oldest
    /// The file whose name says the most lines of a picture.
    case resolution

    /// The word of the API.
    var name: String {
        switch self {
        case .rootOrder: "root_order"
        case .path: "path"
        case .newest: "newest"
        case .oldest: "oldest"
        case .resolution: "resolution"
        }
    }

    /// The word for what decides when no rule does: the order of roots and paths.
    static let tie = "order"

    /// Where a name comes by this rule; the least stays.
    func rank(_ name: SpareName) -> Int64 {
        switch self {
        case .rootOrder(let roots): Int64(roots.firstIndex(of: name.rootID) ?? roots.count)
        case .path(let path, let root):
            (root == nil || root == name.rootID) && path.isAtOrAbove(name.path) ? 0 : 1
        // The order turned around: some storages have times whose negative no number is.
        case .newest: ~name.modifiedNS
        case .oldest: name.modifiedNS
        case .resolution: -Int64(NamedResolution.lines(inName: name.path.text.fileName) ?? 0)
        }
    }

    /// Why the first file stays and the second need not.
    func reason(keeping kept: SpareName, over spare: SpareName) -> String {
        switch self {
        case .rootOrder: "\(kept.rootName) comes before \(spare.rootName)"
        case .path(let path, _): "the kept file is in \(path.text)"
        case .newest: "the kept file was changed later"
        case .oldest: "the kept file was changed earlier"
        case .resolution:
            "the name of the kept file says \(Self.said(kept)), its own \(Self.said(spare))"
        }
    }

    private static func said(_ name: SpareName) -> String {
        NamedResolution.lines(inName: name.path.text.fileName).map { "\($0) lines" } ?? "no resolution"
    }
}

extension String {
    /// What stands behind the last slash.
    fileprivate var fileName: String { lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self }
}

/// A name of a file that has the content of others.
struct SpareName: Sendable {
    let entryID: EntryID
    let rootID: RootID
    let rootName: String
    let path: StoragePath
    /// Nanoseconds since 1970.
    let modifiedNS: Int64
    /// Which file it is a name of.
    let file: FileKey
    /// Names that the storage says the file has; 1 where it does not say.
    let linkCount: Int64

    /// Tells files apart. Storage roots of this machine may show one file twice.
    enum FileKey: Hashable, Sendable {
        case local(device: Int64, inode: Int64)
        case remote(RootID, device: Int64, inode: Int64)
    }
}

/// What is to become of the files of one group.
struct GroupDecision: Sendable {
    /// What is to become of one name.
    struct Choice: Sendable {
        let name: SpareName
        let isKept: Bool
        /// Bytes that are free once it is removed.
        let freedBytes: Int64
        let rule: String
        let reason: String
    }

    /// The name that stays comes first, then others that stay, then those that go.
    private(set) var choices: [Choice] = []
    private let rules: [KeepRule]
    private let sizeBytes: Int64

    var removesAny: Bool { choices.contains { !$0.isKept } }

    /// - Parameters:
    ///   - names: of one content.
    ///   - sizeBytes: of each file.
    init(_ names: [SpareName], by rules: [KeepRule], sizeBytes: Int64) {
        (self.rules, self.sizeBytes) = (rules, sizeBytes)
        let files = Dictionary(grouping: names, by: \.file).values.map { $0.sorted(by: precedes) }
            .sorted { precedes($0[0], $1[0]) }
        guard files.count > 1, let best = files.first?.first else { return }
        let (stays, why) = decision(between: best, and: files[1][0])
        choices.append(
            Choice(name: best, isKept: true, freedBytes: 0, rule: stays, reason: "stays: " + why))
        var gone: [Choice] = []
        for name in files[0].dropFirst() { keep(name, "another name of the file that stays") }
        for file in files.dropFirst() {
            // A name that is not here keeps all bytes of the file where they are.
            guard Int64(file.count) == file[0].linkCount else {
                for name in file { keep(name, "the file has other names than these: removing it would free nothing") }
                continue
            }
            for (index, name) in file.enumerated() {
                let (rule, reason) = decision(between: best, and: file[0])
                let freed = index == file.count - 1 ? sizeBytes : 0
                gone.append(Choice(name: name, isKept: false, freedBytes: freed, rule: rule, reason: reason))
            }
        }
        choices += gone
    }

    private mutating func keep(_ name: SpareName, _ reason: String) {
        choices.append(Choice(name: name, isKept: true, freedBytes: 0, rule: "links", reason: reason))
    }

    private func precedes(_ one: SpareName, _ other: SpareName) -> Bool {
        for rule in rules {
            let (first, second) = (rule.rank(one), rule.rank(other))
            if first != second { return first < second }
        }
        return (one.rootName, one.path.text, one.entryID) < (other.rootName, other.path.text, other.entryID)
    }

    private func decision(between kept: SpareName, and spare: SpareName) -> (rule: String, reason: String) {
        for rule in rules where rule.rank(kept) != rule.rank(spare) {
            return (rule.name, rule.reason(keeping: kept, over: spare))
        }
        return (KeepRule.tie, "no rule decides: the kept file comes first by storage root and path")
    }
}
