import CatalogCore

/// Answers queries from the segments of a pack.
///
/// Pure computing over mapped memory; it blocks its thread.
struct NameSearch {
    let segments: [PackSegment]

    /// Hits kept in memory at most; a page that ends further back is found in several passes.
    private static let heapMax = 8_192

    /// The page that `query` asks for, and the exact number of hits.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a query over the limits.
    func page(_ query: NameQuery) throws -> NameHits {
        try firstMatch(query) { prepared in page(query, prepared) }
    }

    /// The smallest ids of all hits, at most `limit`, ascending.
    ///
    /// - Throws: as `page`.
    func all(_ query: NameQuery, limit: Int) throws -> NameHits {
        try firstMatch(query) { prepared in
            var collector = IDCollector(limit: limit)
            NameScan(segments, prepared).run(&collector)
            return NameHits(ids: collector.sortedIDs(), total: collector.total)
        }
    }

    /// The answer to the first reading of the text that matches anything.
    private func firstMatch(_ query: NameQuery, _ answer: (PreparedQuery) -> NameHits) throws -> NameHits {
        for words in try NameWords.readings(of: query.text) {
            let hits = answer(PreparedQuery(query, words: words))
            if hits.total > 0 { return hits }
        }
        return NameHits(ids: [], total: 0)
    }

    private func page(_ query: NameQuery, _ prepared: PreparedQuery) -> NameHits {
        let order = HitOrder(query.order)
        let scan = NameScan(segments, prepared)
        let limit = min(max(0, query.limit), Limits.pageRowsMax)
        let offset = max(0, query.offset)
        if offset <= NameSearch.heapMax - limit {
            var heap = PageHeap(order: order, capacity: offset + limit)
            scan.run(&heap)
            return NameHits(ids: Array(heap.sortedIDs().dropFirst(offset)), total: heap.total)
        }
        return deepPage(scan, order, offset: offset, limit: limit)
    }

    /// A page far back: each pass fixes two more bytes of the place where it starts, until the rest fits into a heap.
    ///
    /// Memory stays bounded whatever the offset.
    private func deepPage(_ scan: NameScan, _ order: HitOrder, offset: Int, limit: Int) -> NameHits {
        var start: [UInt8] = []
        var before = 0
        while true {
            var histogram = PlaceHistogram(order: order, startingAt: start)
            scan.run(&histogram)
            guard offset < histogram.total, let bucket = histogram.bucket(of: offset - before) else {
                return NameHits(ids: [], total: histogram.total)
            }
            start += bucket.bytes
            before += bucket.before
            guard offset - before + limit > NameSearch.heapMax else { break }
        }
        var heap = PageHeap(order: order, capacity: offset - before + limit, startingAt: start)
        scan.run(&heap)
        return NameHits(ids: Array(heap.sortedIDs().dropFirst(offset - before)), total: heap.total)
    }
}

/// Collects ids of hits.
private struct IDCollector: HitVisitor {
    private let limit: Int
    private var ids: [EntryID] = []
    private(set) var total = 0

    init(limit: Int) {
        self.limit = min(max(0, limit), Int.max / 4)
    }

    @inline(__always)
    mutating func visit(_ hit: NameHit) {
        total += 1
        ids.append(hit.id)
        // Names are in the pack in about the order of their ids, so that what is dropped here was mostly not wanted.
        if ids.count >= limit * 2 + 1_024 { shrink() }
    }

    mutating func sortedIDs() -> [EntryID] {
        shrink()
        return ids
    }

    private mutating func shrink() {
        ids.sort()
        if ids.count > limit { ids.removeLast(ids.count - limit) }
    }
}
