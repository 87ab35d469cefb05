import CatalogCore
import CatalogTestSupport

@testable import CatalogSearch

/// The documented meaning of a search, in the plainest code: what every answer of the index is compared with.
struct NaiveSearch {
    let entries: [EntryID: KnownEntry]

    func all(_ query: NameQuery) -> [EntryID] {
        let hits = all(query, TextFold.fold(query.text))
        guard hits.isEmpty, query.text.unicodeScalars.contains("\u{201B}") else { return hits }
        return all(query, TextFold.fold(query.text.replacing("\u{201B}", with: "\u{201B}\u{201B}")))
    }

    private func all(_ query: NameQuery, _ folded: String) -> [EntryID] {
        let hits = matches(query, folded.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
        guard hits.isEmpty else { return hits }
        let parts = folded.split { $0.isWhitespace || $0 == "." || $0 == "_" }
        return parts.isEmpty ? [] : matches(query, parts.map { Array($0.utf8) })
    }

    func page(_ query: NameQuery) -> (ids: [EntryID], total: Int) {
        let hits = all(query)
        return (Array(hits.dropFirst(query.offset).prefix(query.limit)), hits.count)
    }

    private func matches(_ query: NameQuery, _ words: [[UInt8]]) -> [EntryID] {
        let hits = entries.values.compactMap { entry -> (name: [UInt8], id: EntryID)? in
            let name = entry.folded
            guard !entry.isMissing, !name.isEmpty, query.scope.allows(entry.root), isSeen(entry, query),
                isWanted(entry, query),
                words.allSatisfy({ contains(name, $0) })
            else { return nil }
            return (name, entry.id)
        }
        return hits.map { (place: place($0.id, $0.name, query), id: $0.id) }.sorted { first, second in
            if first.place == second.place { return first.id < second.id }
            let precedes = first.place.lexicographicallyPrecedes(second.place)
            return query.order == .ascending ? precedes : !precedes
        }.map(\.id)
    }

    private func isSeen(_ entry: KnownEntry, _ query: NameQuery) -> Bool {
        guard let (roots, part) = query.restriction, roots.contains(entry.root) else { return true }
        return part.sortedTops.contains(entry.id) || part.sortedDirectories.contains(entry.parent)
    }

    /// What an entry is ordered by, as numbers.
    private func place(_ id: EntryID, _ name: [UInt8], _ query: NameQuery) -> [Int64] {
        guard let entry = entries[id] else { return [] }
        switch query.field {
        case .name: return name.map { Int64($0) }
        case .size: return [size(entry)]
        case .modified: return [entry.modifiedNS]
        case .created: return [entry.firstSeenAt]
        case .fileExtension:
            let text = entry.kind == .directory ? "" : FileExtension.of(entry.name) ?? ""
            return text.utf8.map { Int64($0) }
        case .path:
            var path = name
            var parent = entries[entry.parent]
            while let directory = parent {
                path = directory.folded + [UInt8(ascii: "/")] + path
                parent = entries[directory.parent]
            }
            return (Array((query.rootNames[entry.root] ?? "").utf8) + [UInt8(ascii: "/")] + path).map { Int64($0) }
        }
    }

    /// Directories have the sizes that the tests hand in.
    private func size(_ entry: KnownEntry) -> Int64 {
        entry.kind == .directory ? NaiveSearch.directorySize(entry.id) : entry.sizeBytes
    }

    static func directorySize(_ id: EntryID) -> Int64 { id % 3 == 0 ? 0 : id % 60 * 100 }

    /// The sizes of all directories among the entries.
    var directorySizes: DirectorySizes {
        DirectorySizes(
            entries.values.filter { $0.kind == .directory }.map(\.id).sorted().map { ($0, Self.directorySize($0)) })
    }

    private func isWanted(_ entry: KnownEntry, _ query: NameQuery) -> Bool {
        if let isDirectory = query.isDirectory, isDirectory != (entry.kind == .directory) { return false }
        if let sizes = query.sizes, !sizes.contains(size(entry)) { return false }
        let fileExtension = FileExtension.of(entry.name)
        let isFile = entry.kind != .directory
        if let wanted = query.fileExtension, !wanted.isEmpty, wanted != "." {
            let bare = wanted.hasPrefix(".") ? String(wanted.dropFirst()) : wanted
            guard isFile, fileExtension == TextFold.fold(bare) else { return false }
        }
        if let mimes = query.mimeTypes, !isFile || !mimes.contains(MIMEType.of(fileExtension: fileExtension)) {
            return false
        }
        if let types = query.fileTypes, !isFile || !types.contains(FileType.of(fileExtension: fileExtension)) {
            return false
        }
        return true
    }

    private func contains(_ name: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        for start in name.indices where name[start] == first {
            if name[start...].starts(with: word) { return true }
        }
        return false
    }
}

/// Names as disks have them, the same for the same seed.
struct NameMaker {
    private var random: SplitMix

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    private static let pieces = [
        "Silent", "river", "THE", "e", "1080p", "S01E02", "img_", "100%", "Straße", "STRASSE", "ﬁlm", "Caf\u{E9}",
        "Cafe\u{301}", "Амели", "千と千尋", "侍", "ö", "O\u{308}", "🎬", "½", "a_b", "c.d", "x", "ΣΊΣΥΦΟΣ", "نمستے",
        "\u{201B}",
    ]
    private static let tails = ["", ".mkv", ".MKV", ".flac", ".jpg", ".tar.gz", ".no such", ".", ".profile", ".xyz"]

    mutating func name() -> [UInt8] {
        var text = ""
        for _ in 0...Int.random(in: 0...3, using: &random) {
            text += Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
            text += [" ", ".", "_", "", "-"][Int.random(in: 0..<5, using: &random)]
        }
        var bytes = Array((text + Self.tails[Int.random(in: 0..<Self.tails.count, using: &random)]).utf8)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: bytes.insert(0xFE, at: Int.random(in: 0...bytes.count, using: &random))
        case 1: bytes += Array(String(repeating: "long ", count: 30).utf8)
        case 2: bytes += Array("\n".utf8)
        default: break
        }
        return bytes
    }

    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// Something that occurs in `name`, or nearly.
    mutating func term(from name: [UInt8]) -> String {
        let text = Array(TextFold.fold(NameEncoding.text(of: name)).unicodeScalars)
        guard !text.isEmpty else { return "nothing" }
        let start = number(below: text.count)
        let end = min(text.count, start + 1 + number(below: 8))
        return String(String.UnicodeScalarView(text[start..<end]))
    }
}
