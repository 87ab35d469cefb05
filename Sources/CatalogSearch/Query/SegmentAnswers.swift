import CatalogCore
import Synchronization

/// What segments have answered to questions that took a long look at many names.
///
/// The answer of a segment counts until its next change, so that a question that was asked before costs a look at the segments
/// that have changed since, however many names there are; and the answer is as exact as if all were looked at.
final class SegmentAnswers: Sendable {
    /// What makes two questions the same one.
    struct Question: Hashable, Sendable {
        let words: Set<[UInt8]>
        let roots: [RootID]?
        let fileExtension: String?
        let mimeTypes: Set<String>?
        let fileTypes: Set<FileType>?
        let isDirectory: Bool?
        let sizes: ClosedRange<Int64>?
        let field: NameQuery.Field
        let order: NameQuery.Order
        /// Hits that are kept, from the start on.
        let capacity: Int
        let start: [UInt8]

        /// Nil for a question whose answer does not follow from the segments alone, or is long.
        init?(_ query: NameQuery, words: [[UInt8]], capacity: Int) {
            guard query.subtree == nil, query.restriction == nil, query.field != .path, capacity <= Self.capacityMax,
                query.directorySizes.sortedIDs.isEmpty
            else { return nil }
            self.words = Set(words)
            switch query.scope {
            case .everything: roots = nil
            case .parts(let parts): roots = parts.keys.sorted()
            }
            fileExtension = query.fileExtension
            mimeTypes = query.mimeTypes
            fileTypes = query.fileTypes
            isDirectory = query.isDirectory
            sizes = query.sizes
            field = query.field
            order = query.order
            self.capacity = capacity
            start = query.cursor?.place ?? []
        }

        private static let capacityMax = 512

        fileprivate var bytes: Int {
            words.reduce(200 + start.count) { $0 + $1.count + 32 } + (roots?.count ?? 0) * 8
                + (fileExtension?.utf8.count ?? 0)
                + (mimeTypes?.reduce(0) { $0 + $1.utf8.count + 16 } ?? 0)
        }
    }

    /// The answer of one segment.
    struct Part: Sendable {
        /// See `PackSegment.state`.
        let state: UInt64
        let total: Int
        /// Numbers of those names that may be on the page.
        let hits: [UInt32]

        fileprivate var bytes: Int { 80 + hits.count * 4 }
    }

    private struct Answer {
        let parts: [UInt64: Part]
        let bytes: Int
        var lastUse: UInt64
    }

    private struct Kept {
        var answers: [Question: Answer] = [:]
        var bytes = 0
        var uses: UInt64 = 0
    }

    private let bytesMax: Int
    private let kept = Mutex(Kept())

    /// - Parameter bytesMax: when there is more, what was not asked for the longest time goes.
    init(bytesMax: Int = Limits.searchAnswersBytes) {
        self.bytesMax = bytesMax
    }

    /// What is kept, all in all.
    var bytes: Int { kept.withLock { $0.bytes } }

    /// What is known, by the serial number of the segment; nil for a question that was not kept.
    func parts(for question: Question) -> [UInt64: Part]? {
        kept.withLock { kept in
            kept.uses += 1
            kept.answers[question]?.lastUse = kept.uses
            return kept.answers[question]?.parts
        }
    }

    /// Keeps these parts in the place of those that were kept for the question.
    func keep(_ parts: [UInt64: Part], for question: Question) {
        let bytes = parts.values.reduce(question.bytes) { $0 + $1.bytes }
        guard bytes <= bytesMax / 4 else { return }
        kept.withLock { kept in
            kept.uses += 1
            kept.bytes += bytes - (kept.answers[question]?.bytes ?? 0)
            kept.answers[question] = Answer(parts: parts, bytes: bytes, lastUse: kept.uses)
            while kept.bytes > bytesMax, let oldest = kept.answers.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                kept.answers[oldest.key] = nil
                kept.bytes -= oldest.value.bytes
            }
        }
    }
}

extension NameScan {
    /// Fewer blocks than these, ninety thousand names, are looked at as fast as anything is looked up.
    private static let blocksToKeep = 1_000

    /// Fills `heap` from what was answered before, and from the segments that have changed since or were never asked; with the
    /// help of `threads` where that is much.
    func fill(
        _ heap: inout PageHeap<some HitOrder>, _ question: SegmentAnswers.Question, _ answers: SegmentAnswers,
        _ threads: SearchThreads
    ) {
        let known = answers.parts(for: question)
        var parts: [UInt64: SegmentAnswers.Part] = [:]
        var unknown: [PackSegment] = []
        for segment in segments {
            guard let part = known?[segment.serial], part.state == segment.state else {
                unknown.append(segment)
                continue
            }
            heap.add(part.total, keeping: part.hits.lazy.compactMap { segment.hit($0) })
            parts[segment.serial] = part
        }
        var blocks = 0
        for answer in ask(unknown, heap.emptied, threads) {
            heap.add(answer.total, keeping: answer.hits.lazy.compactMap { answer.segment.hit($0) })
            blocks += answer.blocks
            guard let state = answer.state else { continue }
            parts[answer.segment.serial] = SegmentAnswers.Part(state: state, total: answer.total, hits: answer.hits)
        }
        if known != nil ? blocks > 0 : blocks >= Self.blocksToKeep { answers.keep(parts, for: question) }
    }

    private struct Answer: Sendable {
        let segment: PackSegment
        let total: Int
        let hits: [UInt32]
        /// Blocks that were looked at.
        let blocks: Int
        /// Nil where the segment changed meanwhile: what changed may be in there by half.
        let state: UInt64?
    }

    private func ask(
        _ segments: [PackSegment], _ empty: PageHeap<some HitOrder>, _ threads: SearchThreads
    ) -> [Answer] {
        guard segments.reduce(0, { $0 + candidates(in: $1) }) > threads.blocksMin else {
            return segments.map { ask($0, empty) }
        }
        // Nothing changes in either of them, and both are kept until the last thread is done.
        nonisolated(unsafe) let (scan, empty) = (self, empty)
        return threads.run(segments.count) { scan.ask(segments[$0], empty) }
    }

    private func ask(_ segment: PackSegment, _ empty: PageHeap<some HitOrder>) -> Answer {
        let state = segment.state
        var own = empty.emptied
        let blocks = look(through: segment, &own)
        let hits = own.kept.map { segment.number(of: $0) }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return Answer(
            segment: segment, total: own.total, hits: hits, blocks: blocks,
            state: segment.state == state ? state : nil)
    }
}
