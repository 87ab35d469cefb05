import CatalogCore
import CatalogDatabase

/// One reading of a query as SQL: what a row of `entries` must be, with the values of the placeholders.
///
/// It says the same as `NameScan`, filter by filter.
struct TrigramQuestion {
    private(set) var values: [SQLValue] = []
    /// Whether the index of trigrams can say which rows to look at.
    private(set) var usesTrigrams = false
    private var conditions: [String] = []
    private let query: NameQuery

    init(_ query: NameQuery, words: [[UInt8]]) {
        self.query = query
        for word in words { add(word: word) }
        if case .parts(let parts) = query.scope {
            conditions.append(TrigramQueries.isOneOf("e.root_id", bind(parts.keys.sorted())))
        }
        if let isDirectory = query.isDirectory { conditions.append(TrigramQueries.isDirectory(isDirectory)) }
        if let subtree = query.subtree { conditions.append(isIn(subtree)) }
        if let (roots, part) = query.restriction {
            conditions.append("(\(TrigramQueries.isNoneOf("e.root_id", bind(roots.sorted()))) OR \(isIn(part)))")
        }
        if let rule = ExtensionRule(query) {
            let listed = bind(.text(TrigramQueries.array(of: rule.keys.map(\.bytes))))
            conditions.append(TrigramQueries.hasExtension(listed, isRefused: rule.refusesListed))
        }
        if let sizes = query.sizes {
            let (least, most) = (bind(.integer(sizes.lowerBound)), bind(.integer(sizes.upperBound)))
            conditions.append("\(size()) BETWEEN \(least) AND \(most)")
        }
    }

    /// How many rows there are; takes `values`.
    var count: SQLStatement { TrigramQueries.count(where: conditions) }

    /// A page of them in an order: ids, what they are ordered by, and how many there are, in each row.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a cursor that is no place of the order.
    func page(_ order: TrigramOrder, limit: Int, offset: Int) throws -> (SQLStatement, [SQLValue]) {
        var page = self
        let key = page.key(order.field)
        var start: String?
        if let cursor = query.cursor {
            guard let (value, id) = order.hit(at: cursor.place) else {
                throw CatalogError(.invalidArgument, "Invalid cursor")
            }
            start = TrigramQueries.isBehind(page.bind(value), page.bind(.integer(id)), order)
        }
        let rows = page.bind(.integer(Int64(limit)))
        let skipped = page.bind(.integer(query.cursor == nil ? Int64(offset) : 0))
        let statement = TrigramQueries.page(
            key, where: page.conditions, behind: start, isDescending: order.isDescending, limit: (rows, skipped))
        return (statement, page.values)
    }

    private mutating func add(word: [UInt8]) {
        let hasTrigram = TrigramQueries.hasTrigram(word)
        if hasTrigram {
            usesTrigrams = true
            conditions.append(TrigramQueries.isLike(bind(.text(TrigramQueries.pattern(word)))))
        }
        if !hasTrigram || TrigramQueries.isAmbiguous(word) {
            conditions.append(TrigramQueries.contains(bind(.blob(word))))
        }
    }

    private mutating func isIn(_ subtree: Subtree) -> String {
        let directories = TrigramQueries.isOneOf("e.parent_id", bind(subtree.sortedDirectories))
        return "(\(directories) OR \(TrigramQueries.isOneOf("e.id", bind(subtree.sortedTops))))"
    }

    private mutating func key(_ field: NameQuery.Field) -> String {
        switch field {
        case .name: return TrigramQueries.name
        case .size: return size()
        case .modified: return "e.modified_ns"
        case .created: return "e.first_seen_us"
        case .fileExtension: return TrigramQueries.fileExtension
        case .path:
            let roots = query.rootNames.sorted { $0.key < $1.key }
            let names = roots.map { Array(TextFold.fold($0.value).utf8) }
            return TrigramQueries.path(
                roots: bind(roots.map(\.key)), names: bind(.text(TrigramQueries.array(of: names))))
        }
    }

    /// Of a directory: everything below it, or what counts of that.
    private mutating func size() -> String {
        let changed = query.shownDirectorySizes.sorted { $0.key < $1.key }
        guard !changed.isEmpty else { return TrigramQueries.size() }
        return TrigramQueries.size(changed: bind(changed.map(\.key)), sizes: bind(changed.map(\.value)))
    }

    private mutating func bind(_ value: SQLValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    private mutating func bind(_ numbers: [Int64]) -> String { bind(.text(TrigramQueries.array(of: numbers))) }
}

extension ExtensionKey {
    /// The extension.
    fileprivate var bytes: [UInt8] {
        let (high, low) = ordered
        return ((0..<8).map { bigEndianByte(high, $0) } + (0..<8).map { bigEndianByte(low, $0) }).filter { $0 != 0 }
    }
}
