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

    /// The answer to the first reading of the text that matches anything.
    private func firstMatch(_ query: NameQuery, _ answer: (PreparedQuery) -> NameHits) throws -> NameHits {
        for words in try NameWords.readings(of: query.text) {
            let prepared = PreparedQuery(query, words: words)
            // Everything that the passes compare with is memory of its own.
            let hits = withExtendedLifetime(prepared) { answer(prepared) }
            if hits.total > 0 { return hits }
        }
        return NameHits(ids: [], total: 0)
    }

    private func page(_ query: NameQuery, _ prepared: PreparedQuery) -> NameHits {
        let isDescending = query.order == .descending
        func figures(_ figure: FigureOrder.Figure) -> NameHits {
            page(query, prepared, FigureOrder(figure: figure, isDescending: isDescending))
        }
        switch query.field {
        case .name: return page(query, prepared, NameOrder(isDescending: isDescending))
        case .size: return figures(.size(prepared.directorySizes))
        case .modified: return figures(.modified)
        case .created: return figures(.firstSeen)
        case .fileExtension: return page(query, prepared, ExtensionOrder(isDescending: isDescending))
        case .path:
            let paths = DirectoryPaths(segments, rootNames: query.rootNames)
            return withExtendedLifetime(paths) {
                page(query, prepared, PathOrder(paths: paths, isDescending: isDescending))
            }
        }
    }

    private func page(_ query: NameQuery, _ prepared: PreparedQuery, _ order: some HitOrder) -> NameHits {
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
    private func deepPage(_ scan: NameScan, _ order: some HitOrder, offset: Int, limit: Int) -> NameHits {
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
