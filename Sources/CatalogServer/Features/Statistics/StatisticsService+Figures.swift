package import CatalogCore
import CatalogDatabase
import CatalogScanner
import CatalogStorage

/// What a statistic is about: one root, or all that the caller may see.
private struct VisibleRoots: Sendable {
    let all: [StorageRoot]
    /// Nil where every root counts.
    let ids: Set<RootID>?
    /// Whether some of them may be seen in parts only, so that no counter knows what may be seen.
    let isPartial: Bool
}

extension StatisticsService {
    /// All there is, what of it is there more than once, and the roots that hold it.
    package func overall(
        scope: AccessScope
    ) async throws -> (totals: EntryTotals, duplicates: DuplicateFigures, roots: [StorageRoot]) {
        let visible = try await visibleRoots(nil, scope)
        let totals = try await figures(visible, scope, counted: { try $0.totals() }, summed: \.totals)
        return (totals, try await duplicates.figures(of: nil, scope: scope).figures, visible.all)
    }

    /// All there is in one root, and what of it is there more than once.
    ///
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func totals(
        of rootText: String, scope: AccessScope
    ) async throws -> (root: StorageRoot, totals: EntryTotals, duplicates: DuplicateFigures) {
        let root = try await roots.find(rootText, scope: scope)
        let visible = try await visibleRoots(rootText, scope)
        let totals = try await figures(visible, scope, counted: { try $0.totals() }, summed: \.totals)
        return (root, totals, try await duplicates.figures(of: rootText, scope: scope).figures)
    }

    /// Files and links by extension, the most frequent first.
    ///
    /// - Parameter rootText: only of this root; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func fileTypes(
        of rootText: String?, limit: Int, scope: AccessScope
    ) async throws -> [FileTypeFigures] {
        try await figures(
            visibleRoots(rootText, scope), scope, counted: { try $0.fileTypes(limit: limit) },
            summed: { $0.fileTypes(limit: limit) })
    }

    /// Files and links of each size; a class without any is left out.
    ///
    /// - Parameter rootText: only of this root; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func sizes(of rootText: String?, scope: AccessScope) async throws -> [SizeClass: Int64] {
        try await figures(visibleRoots(rootText, scope), scope, counted: { try $0.sizes() }, summed: \.sizes)
    }

    /// How the catalog grew. History is of whole roots, so those that may be seen in parts only are left out.
    ///
    /// - Parameters:
    ///   - rootText: only of this root; nil for all.
    ///   - months: how many, this one included; at least 1.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func growth(of rootText: String?, months: Int, scope: AccessScope) async throws -> GrowthHistory {
        let whole = try await wholeRoots(rootText, scope).ids
        let now = time.now
        let start = Timestamp.start(ofMonth: GrowthHistory.firstMonth(of: months, now: now))
        return try await reads.run {
            try await database.read { connection in
                let totals = try EntryTallyStore(of: whole, on: connection).totals()
                let hours = try EntryHistoryStore(of: whole, on: connection).hours(since: start)
                return GrowthHistory(hours, totals: totals, months: months, now: now)
            }
        }
    }

    /// What came, went and changed in each root since a time; only of roots that may be seen whole.
    ///
    /// - Parameters:
    ///   - since: microseconds since 1970; counts from the beginning of its moment or hour on.
    ///   - rootText: only of this root; nil for all.
    /// - Returns: every root, also those where nothing happened, by name.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func changes(
        since: Int64, of rootText: String?, scope: AccessScope
    ) async throws -> (start: Int64, roots: [(root: StorageRoot, history: EntryHistory)]) {
        let whole = try await wholeRoots(rootText, scope)
        let start = EntryHistory.start(of: since, now: time.now)
        let changes = try await reads.run {
            try await database.read { connection in
                try EntryHistoryStore(of: whole.ids, on: connection).changes(since: start)
            }
        }
        return (start, whole.all.map { (root: $0, history: changes[$0.id] ?? EntryHistory()) })
    }

    /// What of the files that the caller may see was read in the last days, today included, and how many there are.
    ///
    /// - Parameters:
    ///   - rootText: only of this root; nil for all.
    ///   - days: at least 1.
    /// - Returns: the beginning of the first day too, in microseconds since 1970.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    func accessPattern(
        of rootText: String?, days: Int, scope: AccessScope
    ) async throws -> (pattern: AccessPattern, files: Int64, firstDay: Int64) {
        let visible = try await visibleRoots(rootText, scope)
        let totals = try await figures(visible, scope, counted: { try $0.totals() }, summed: \.totals)
        try await accessLog.write()
        let now = time.now
        let first = now - now % Timestamp.dayLength - Int64(days - 1) * Timestamp.dayLength
        let pattern = try await reads.run {
            try await database.read { connection in
                try FileAccessStore.pattern(of: visible.ids, since: first, scope: scope, on: connection)
            }
        }
        return (pattern, totals.files, first)
    }

    /// When storages will be full. Asks each of them how much room there is, and waits a moment for the answer.
    ///
    /// - Parameter rootText: only of this root; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func forecasts(of rootText: String?, scope: AccessScope) async throws -> [FillForecast] {
        let whole = try await wholeRoots(rootText, scope)
        let spaces = await roots.spaces(of: whole.all)
        let now = time.now
        var forecasts: [FillForecast] = []
        for root in whole.all {
            let firstScanEnd = try await scans.firstScanEnd(of: root.id)
            let found = try await database.read { connection in
                let store = EntryHistoryStore(of: [root.id], on: connection)
                // What the first scan found did not come in that hour.
                let begin = try (firstScanEnd ?? store.start(of: root.id)).map {
                    EntryHistory.hour(of: $0) + EntryHistory.hourLength
                }
                let start = max(begin ?? now, now - Int64(FillForecast.daysMax) * Timestamp.dayLength)
                return (start, try store.changes(since: start)[root.id] ?? EntryHistory())
            }
            forecasts.append(
                FillForecast(
                    root, free: spaces[root.id]?.freeBytes, total: spaces[root.id]?.totalBytes, history: found.1,
                    since: found.0, now: now))
        }
        return forecasts
    }

    private func figures<Value: Sendable>(
        _ visible: VisibleRoots, _ scope: AccessScope, counted: @escaping @Sendable (EntryTallyStore) throws -> Value,
        summed: @escaping @Sendable (EntryTally) -> Value
    ) async throws -> Value {
        try await reads.run {
            try await database.read { [partialTallies] connection in
                guard visible.isPartial else {
                    return try counted(EntryTallyStore(of: visible.ids, on: connection))
                }
                // Of a disabled root nothing below it is shown.
                let ids = visible.all.filter { $0.enabled || scope.allowsWhole($0.id) }.map(\.id)
                let store = PartialTallyStore(connection: connection, scope: scope)
                let key = PartialTallies.Key(scope: scope, roots: ids, state: try store.generation())
                if let tally = partialTallies[key] { return summed(tally) }
                let tally = try store.tally(of: ids)
                partialTallies.keep(tally, for: key)
                return summed(tally)
            }
        }
    }

    private func visibleRoots(_ rootText: String?, _ scope: AccessScope) async throws -> VisibleRoots {
        if let rootText {
            let root = try await roots.find(rootText, scope: scope)
            return VisibleRoots(all: [root], ids: [root.id], isPartial: !scope.allowsWhole(root.id))
        }
        let all = try await roots.list(scope: scope, includingDisabled: true)
        let ids = scope == .everything ? nil : Set(all.map(\.id))
        return VisibleRoots(all: all, ids: ids, isPartial: all.contains { !scope.allowsWhole($0.id) })
    }

    private func wholeRoots(_ rootText: String?, _ scope: AccessScope) async throws -> VisibleRoots {
        let visible = try await visibleRoots(rootText, scope)
        guard visible.isPartial else { return visible }
        let whole = visible.all.filter { scope.allowsWhole($0.id) }
        return VisibleRoots(all: whole, ids: Set(whole.map(\.id)), isPartial: false)
    }
}
