import CatalogCore
import CatalogDatabase

/// Questions about groups of equal files, in one read.
struct DuplicateStore {
    /// The place of sums over all roots.
    static let everyRoot: RootID = 0

    let connection: any SQLConnection

    // MARK: What is counted

    /// - Parameter place: a root, or `everyRoot`.
    func figures(of place: RootID) throws -> DuplicateFigures {
        let found = try connection.firstRow(DuplicateQueries.figures, [.integer(place)]) { row in
            DuplicateFigures(groups: row.integer(0), files: row.integer(1), wastedBytes: row.integer(2))
        }
        guard var figures = found, figures.groups > 0 else { return DuplicateFigures() }
        figures.largestGroup =
            try connection.firstRow(DuplicateQueries.largestGroup, [.integer(place)]) { $0.integer(0) } ?? 0
        return figures
    }

    /// The first groups, and how many there are.
    func groups(
        of place: RootID, _ question: DuplicateQuestion
    ) throws -> (groups: [DuplicateGroup], total: Int64) {
        let values: [SQLValue] = [.integer(place), .integer(question.filesMin)]
        let groups = try connection.rows(
            DuplicateQueries.groups(question.order), values + [.integer(Int64(question.limit))],
            DuplicateGroup.init(row:))
        if question.filesMin == DuplicateQuestion.filesMin { return (groups, try figures(of: place).groups) }
        return (groups, try connection.firstRow(DuplicateQueries.countGroups, values) { $0.integer(0) } ?? 0)
    }

    // MARK: What is summed up

    /// The first groups of what somebody may see, and how many there are.
    func groups(
        of sums: DuplicateSums, _ question: DuplicateQuestion
    ) throws -> (groups: [DuplicateGroup], total: Int64) {
        let all = sums.shares.filter { $0.value.files >= question.filesMin }
        let sorted = all.sorted { first, second in
            let (one, two) = (first.value, second.value)
            switch question.order {
            case .count: return (one.files, one.bytes, first.key) > (two.files, two.bytes, second.key)
            case .size: return (one.bytes, one.files, first.key) > (two.bytes, two.files, second.key)
            }
        }
        let groups = try sorted.prefix(question.limit).compactMap { id, share in
            try connection.firstRow(
                DuplicateQueries.group, [.integer(id), .integer(share.files)], DuplicateGroup.init(row:))
        }
        return (groups, Int64(all.count))
    }

    /// Files of a group in some roots.
    func files(of group: Int64, in roots: Set<RootID>) throws -> Int64 {
        try connection.firstRow(
            DuplicateQueries.sumsOfGroup, [StatisticsQueries.list(roots), .integer(group)]
        ) { $0.integer(1) } ?? 0
    }

    /// Another number means that a group came, went or changed.
    func generation() throws -> Int64 {
        try connection.firstRow(DuplicateQueries.generation) { $0.integer(0) } ?? 0
    }

    // MARK: Files

    /// Names of files of a group in these roots, as far as the caller may see them, by root and path.
    func files(
        of group: DuplicateGroup, in roots: [RootID], limit: Int, scope: AccessScope
    ) throws -> [CatalogEntry] {
        var paths = EntryPathStore(connection: connection, scope: scope)
        var found: [CatalogEntry] = []
        for root in roots {
            var looked = 0
            while found.count < limit, looked < Limits.duplicateNamesLookedAt {
                let values: [SQLValue] = [
                    .blob(group.hash), .integer(group.sizeBytes), .integer(root), .integer(Int64(limit)),
                    .integer(Int64(looked)),
                ]
                let ids = try connection.rows(DuplicateQueries.files, values) { $0.integer(0) }
                found += try paths.entries(ids).map(\.entry)
                looked += ids.count
                if ids.count < limit { break }
            }
            if found.count >= limit { break }
        }
        return found.prefix(limit).sorted { ($0.rootName, $0.path) < ($1.rootName, $1.path) }
    }

    func quickHash(of entry: EntryID) throws -> [UInt8]? {
        try connection.firstRow(DuplicateQueries.quickHash, [.integer(entry)]) { $0.bytes(0) }
    }
}

extension DuplicateGroup {
    /// Columns as in `DuplicateQueries.groupColumns`.
    fileprivate init(row: SQLRow) {
        (id, fileCount, sizeBytes) = (row.integer(0), row.integer(1), row.integer(2))
        (hash, createdAt, updatedAt) = (row.bytes(3), row.integer(4), row.integer(5))
    }
}
