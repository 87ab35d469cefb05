import CatalogCore

/// One reading of a query, made ready for the inner loop: everything it compares with lies in memory of its own, so
/// that looking at a name touches no array and counts no reference.
final class PreparedQuery {
    /// The words as they were given.
    let words: [[UInt8]]
    /// The words, longest first; none at all matches every name.
    let needles: UnsafeBufferPointer<UnsafeRawBufferPointer>
    /// Filter rows that a block must have, for all words together.
    let rows: UnsafeBufferPointer<Int>
    /// What a name's signature must have, for all words together; 0 where searching the text is faster: for one word,
    /// and for words so short that too many names have their few bits by chance (measured: below five).
    let signature: UInt64
    /// Sorted ids of the roots, or nil for all.
    let roots: UnsafeBufferPointer<Int64>?
    /// Sorted ids of directories, or nil for all; what stands in none of them is a hit only when it is one of `tops`.
    let directories: UnsafeBufferPointer<Int64>?
    /// Sorted ids of entries.
    let tops: UnsafeBufferPointer<Int64>
    /// Sorted ids of roots of which only a part may be seen: what stands in these directories, and these entries.
    let restrictedRoots: UnsafeBufferPointer<Int64>
    let seenDirectories: UnsafeBufferPointer<Int64>
    let seenEntries: UnsafeBufferPointer<Int64>
    /// The extensions that the rule lists, or nil for no rule.
    let extensionKeys: UnsafeBufferPointer<ExtensionKey>?
    let refusesListedExtensions: Bool
    let isDirectory: Bool?
    let sizes: ClosedRange<Int64>?
    let directorySizes: SizeTable
    private let allocations: [UnsafeMutableRawPointer]

    /// More rows would not leave fewer blocks.
    private static let rowsMax = 64
    private static let signatureBitsMin = 5

    init(_ query: NameQuery, words: [[UInt8]]) {
        var arena = Arena()
        self.words = words
        needles = arena.copy(words.map { arena.bytes($0) })
        let bits = words.reduce(0) { bits, word in bits | word.withUnsafeBytes { PackLayout.signature($0) } }
        signature = words.count > 1 && bits.nonzeroBitCount >= PreparedQuery.signatureBitsMin ? bits : 0
        let rule = ExtensionRule(query)
        rows = arena.copy(PreparedQuery.rows(words: words, fileExtension: rule?.single))
        switch query.scope {
        case .everything: roots = nil
        case .parts(let parts): roots = arena.copy(parts.keys.sorted())
        }
        directories = query.subtree.map { arena.copy($0.sortedDirectories) }
        tops = arena.copy(query.subtree?.sortedTops ?? [])
        restrictedRoots = arena.copy(query.restriction?.roots.sorted() ?? [])
        seenDirectories = arena.copy(query.restriction?.part.sortedDirectories ?? [])
        seenEntries = arena.copy(query.restriction?.part.sortedTops ?? [])
        extensionKeys = rule.map { arena.copy($0.keys) }
        refusesListedExtensions = rule?.refusesListed ?? false
        isDirectory = query.isDirectory
        sizes = query.sizes
        directorySizes = SizeTable(
            ids: arena.copy(query.directorySizes.sortedIDs), sizes: arena.copy(query.directorySizes.sizes))
        allocations = arena.allocations
    }

    deinit {
        for allocation in allocations { allocation.deallocate() }
    }

    private static func rows(words: [[UInt8]], fileExtension: [UInt8]?) -> [Int] {
        var rows: Set<Int> = []
        for word in words + (fileExtension.map { [[UInt8(ascii: ".")] + $0] } ?? []) {
            if word.count == 2 { rows.insert(PackLayout.row(word[0], word[1])) }
            for index in 2..<max(2, word.count) {
                rows.insert(PackLayout.row(word[index - 2], word[index - 1], word[index]))
            }
        }
        return Array(rows.prefix(rowsMax))
    }
}

/// `DirectorySizes` in the memory of a query.
struct SizeTable {
    let ids: UnsafeBufferPointer<Int64>
    let sizes: UnsafeBufferPointer<Int64>

    /// The size of a hit: its own, or of everything below it.
    @inline(__always)
    func size(of hit: NameHit) -> Int64 {
        guard hit.isDirectory else { return hit.figures[0] }
        let index = place(of: hit.id, in: ids)
        return index < ids.count && ids[index] == hit.id ? sizes[index] : 0
    }
}

/// Binary search in sorted ids.
@inline(__always)
func contains(_ sorted: UnsafeBufferPointer<Int64>, _ id: Int64) -> Bool {
    let index = place(of: id, in: sorted)
    return index < sorted.count && sorted[index] == id
}

/// The first place in sorted ids that does not stand before `id`.
@inline(__always)
func place(of id: Int64, in sorted: UnsafeBufferPointer<Int64>) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
}
