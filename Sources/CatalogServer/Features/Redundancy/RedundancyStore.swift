import CatalogCore
import CatalogDatabase

/// Counts on how many storage roots contents are, in one read.
struct RedundancyStore {
    let connection: any SQLConnection
    let scope: AccessScope

    /// What the answer depends on, as one text.
    func state() throws -> String {
        try connection.firstRow(RedundancyQueries.state) { $0.text(0) } ?? ""
    }

    /// - Parameter roots: those that may be seen, in the order of the answer.
    func redundancy(of roots: [StorageRoot]) throws -> Redundancy {
        var answer = Redundancy(
            roots: roots.map { root in
                Redundancy.Root(
                    name: root.name, id: root.id, isExamined: root.enabled && root.enableDuplicateDetection)
            })
        let examined = answer.roots.filter(\.isExamined).map(\.id)
        let (values, places) = try values(of: examined)
        let numbers = Dictionary(uniqueKeysWithValues: answer.roots.enumerated().map { ($1.id, $0) })
        func each(_ statement: SQLStatement, _ body: (SQLRow, inout Redundancy.Root) -> Void) throws {
            try connection.forEachRow(statement, values) { row in
                if let number = numbers[row.integer(0)] { body(row, &answer.roots[number]) }
                return true
            }
        }
        try each(RedundancyQueries.sizes(places: places)) { row, root in
            root.all = Redundancy.Files(files: row.integer(1), bytes: row.integer(2))
            root.pending = Redundancy.Files(files: row.integer(3), bytes: row.integer(4))
        }
        try each(RedundancyQueries.halfRead(places: places)) { row, root in
            root.pending.files += row.integer(1)
            root.pending.bytes += row.integer(2)
        }
        var grouped: [RootID: Redundancy.Files] = [:]
        try each(RedundancyQueries.grouped(places: places)) { row, root in
            grouped[root.id] = Redundancy.Files(files: row.integer(1), bytes: row.integer(2))
        }
        try connection.forEachRow(RedundancyQueries.contents(places: places), values) { row in
            let share = Redundancy.Share(
                contents: row.integer(2), files: row.integer(3), bytes: row.integer(4), totalBytes: row.integer(5))
            let place = Int(row.integer(0)) - 1
            answer.places[place] = answer.places[place] + share
            if let number = numbers[row.integer(1)] { answer.roots[number].only = share }
            return true
        }
        addSingle(&answer, grouped)
        return answer
    }

    /// What is neither in a group nor pending is there once.
    private func addSingle(_ answer: inout Redundancy, _ grouped: [RootID: Redundancy.Files]) {
        for number in answer.roots.indices {
            let root = answer.roots[number]
            let inGroups = grouped[root.id] ?? Redundancy.Files()
            let files = max(0, root.all.files - root.pending.files - inGroups.files)
            let bytes = max(0, root.all.bytes - root.pending.bytes - inGroups.bytes)
            answer.roots[number].shared = Redundancy.Files(
                files: inGroups.files - root.only.files, bytes: inGroups.bytes - root.only.totalBytes)
            let single = Redundancy.Share(contents: files, files: files, bytes: bytes, totalBytes: bytes)
            answer.roots[number].only = root.only + single
            answer.places[0] = answer.places[0] + single
        }
    }

    /// What statements bind, and how many entries are among it.
    private func values(of roots: [RootID]) throws -> (values: [SQLValue], places: Int) {
        var entries: [EntryID] = []
        for root in roots where !scope.allowsWhole(root) {
            let place = try CatalogStore.place(ofRoot: root, scope, connection)
            for path in scope.places(in: root) ?? [] {
                if let id = try CatalogStore.entryID(of: path, in: place, connection) { entries.append(id) }
            }
        }
        // Few statements for all numbers of places.
        while let last = entries.last, entries.count & (entries.count - 1) != 0 { entries.append(last) }
        let whole = StatisticsQueries.list(Set(roots.filter(scope.allowsWhole)))
        return ([whole] + entries.map { .integer($0) }, entries.count)
    }
}
