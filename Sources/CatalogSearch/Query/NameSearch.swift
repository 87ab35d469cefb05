import CatalogCore

/// Answers queries from the segments of a pack.
///
/// Pure computing over mapped memory; it blocks its thread.
struct NameSearch {
    let segments: [PackSegment]
    /// What they have answered before.
    let answers: SegmentAnswers
    /// What helps when there is much to look at.
    let threads: SearchThreads

    /// Hits kept in memory at most; a page that ends further back is found in several passes.
    private static let heapMax = 8_192

    /// The page that `query` asks for, and the exact number of hits.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a query over the limits.
    func page(_ query: NameQuery) throws -> NameHits {
        try firstMatch(query) { prepared in page(query, prepared) }
    }

    /// The answer to the first reading of the text that matches anything, or to the one that the cursor is about.
    private func firstMatch(_ query: NameQuery, _ answer: (PreparedQuery) -> Found) throws -> NameHits {
        for (number, words) in try NameWords.readings(of: query.text).enumerated() {
            if let cursor = query.cursor, cursor.reading != number { continue }
            let prepared = PreparedQuery(query, words: words)
            // Everything that the passes compare with is memory of its own.
            let page = withExtendedLifetime(prepared) { answer(prepared) }
            guard page.hits.total > 0 else { continue }
            var hits = page.hits
            // A page that is not full has none behind it.
            if hits.ids.count == Self.limit(query), let place = page.lastPlace {
                hits.next = NameCursor(reading: number, place: place)
            }
            return hits
        }
        return NameHits(ids: [], total: 0)
    }

    /// Hits, and the place of the last one.
    private struct Found {
        var hits: NameHits
        var lastPlace: [UInt8]?

        init(hits: NameHits) {
            self.hits = hits
        }

        /// What a heap has kept, but for the first `offset`.
        init(_ heap: inout PageHeap<some HitOrder>, offset: Int = 0) {
            hits = NameHits(ids: Array(heap.sortedIDs().dropFirst(offset)), total: heap.total)
            lastPlace = heap.lastPlace
        }
    }

    private static func limit(_ query: NameQuery) -> Int { min(max(0, query.limit), Limits.pageRowsMax) }

    private func page(_ query: NameQuery, _ prepared: PreparedQuery) -> Found {
        let isDescending = query.order == .descending
        func figures(_ figure: FigureOrder.Figure) -> Found {
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

    private func page(_ query: NameQuery, _ prepared: PreparedQuery, _ order: some HitOrder) -> Found {
        let scan = NameScan(segments, prepared)
        let limit = Self.limit(query)
        if let cursor = query.cursor {
            var heap = PageHeap(order: order, capacity: limit, startingAt: cursor.place, isAfterStart: true)
            fill(&heap, scan, SegmentAnswers.Question(query, words: prepared.words, capacity: limit))
            return Found(&heap)
        }
        let offset = max(0, query.offset)
        if offset <= NameSearch.heapMax - limit {
            var heap = PageHeap(order: order, capacity: offset + limit)
            fill(&heap, scan, SegmentAnswers.Question(query, words: prepared.words, capacity: offset + limit))
            return Found(&heap, offset: offset)
        }
        return deepPage(scan, order, offset: offset, limit: limit)
    }

    private func fill(
        _ heap: inout PageHeap<some HitOrder>, _ scan: NameScan, _ question: SegmentAnswers.Question?
    ) {
        if let question { scan.fill(&heap, question, answers, threads) } else { scan.run(&heap) }
    }

    /// A page far back: each pass fixes two more bytes of the place where it starts, until the rest fits into a heap.
    ///
    /// Memory stays bounded whatever the offset.
    private func deepPage(_ scan: NameScan, _ order: some HitOrder, offset: Int, limit: Int) -> Found {
        var start: [UInt8] = []
        var before = 0
        while true {
            var histogram = PlaceHistogram(order: order, startingAt: start)
            scan.run(&histogram)
            guard offset < histogram.total, let bucket = histogram.bucket(of: offset - before) else {
                return Found(hits: NameHits(ids: [], total: histogram.total))
            }
            start += bucket.bytes
            before += bucket.before
            guard offset - before + limit > NameSearch.heapMax else { break }
        }
        var heap = PageHeap(order: order, capacity: offset - before + limit, startingAt: start)
        scan.run(&heap)
        return Found(&heap, offset: offset - before)
    }
}
