import CLinux
import CatalogCore

/// A name that matches, where it lies in the pack; valid as long as the segments.
struct NameHit {
    let text: UnsafePointer<UInt8>
    let length: Int
    let id: EntryID
    let root: RootID
    let parent: EntryID
    let isDirectory: Bool
    /// Where its figures stand; see `PackFigures`.
    let figures: UnsafePointer<Int64>
}

extension NameHit {
    /// Record `number` of a block, and its name.
    @inline(__always)
    init?(_ block: PackBlock, _ number: Int, _ record: PackRecord, _ name: UnsafeRawBufferPointer) {
        guard let text = name.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        self.init(
            text: text, length: name.count, id: record.id, root: block.rootID, parent: record.parent,
            isDirectory: record.kind == EntryKind.directory.rawValue, figures: block.figures + number)
    }
}

/// What is done with each hit.
protocol HitVisitor {
    mutating func visit(_ hit: NameHit)
}

/// One pass over a pack: in blocks that the filter cannot rule out, the names are read whose signatures cannot rule
/// them out either.
///
/// Behind the text of a block stands at least one record, so that the search may read 16 bytes too many.
struct NameScan {
    let segments: [PackSegment]
    private let query: PreparedQuery
    private let first: UnsafeRawBufferPointer?

    init(_ segments: [PackSegment], _ query: PreparedQuery) {
        self.segments = segments
        self.query = query
        first = query.needles.first
    }

    /// Shows every hit to `visitor`, in the order of the pack.
    func run(_ visitor: inout some HitVisitor) {
        for segment in segments { look(through: segment, &visitor) }
    }

    /// How many blocks of a segment have to be looked at, or were never used.
    func candidates(in segment: PackSegment) -> Int {
        (0..<PackLayout.filterRowWords).reduce(0) { $0 + candidates(in: segment, $1).nonzeroBitCount }
    }

    /// Which of 64 blocks the filter cannot rule out.
    @inline(__always)
    private func candidates(in segment: PackSegment, _ word: Int) -> UInt64 {
        var candidates = UInt64.max
        for row in query.rows { candidates &= segment.filterRow(row)[word] }
        return candidates
    }

    /// Shows every hit in one of the segments to `visitor`.
    ///
    /// - Returns: how many blocks had to be looked at.
    @discardableResult
    func look(through segment: PackSegment, _ visitor: inout some HitVisitor) -> Int {
        var blocks = 0
        for word in 0..<PackLayout.filterRowWords {
            var candidates = candidates(in: segment, word)
            while candidates != 0 {
                let index = word * 64 + candidates.trailingZeroBitCount
                candidates &= candidates - 1
                if candidates != 0 { segment.fetchAhead(word * 64 + candidates.trailingZeroBitCount) }
                let block = segment.block(index)
                let count = block.count
                // Blocks are taken into use in order.
                if count == 0 { break }
                guard block.isPossible(count) else {
                    segment.noteDamage()
                    continue
                }
                if let roots = query.roots, !contains(roots, block.rootID) { continue }
                blocks += 1
                scan(block, count, &visitor)
            }
        }
        return blocks
    }

    @inline(__always)
    private func scan(_ block: PackBlock, _ count: Int, _ visitor: inout some HitVisitor) {
        let wanted = query.signature
        if wanted != 0 {
            for number in 0..<count where block.signatures[number] & wanted == wanted {
                test(block, number, from: 0, &visitor)
            }
        } else if let needle = first {
            scan(block, count, for: needle, &visitor)
        } else {
            for number in 0..<count { test(block, number, from: 0, &visitor) }
        }
    }

    /// Searches the text of the whole block for the first word.
    @inline(__always)
    private func scan(
        _ block: PackBlock, _ count: Int, for needle: UnsafeRawBufferPointer, _ visitor: inout some HitVisitor
    ) {
        guard let start = needle.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let texts = UnsafePointer(block.text.assumingMemoryBound(to: UInt8.self))
        let found = catalog_find_in_texts(
            texts, block.end(count - 1), PackLayout.blockBytes, start, needle.count)
        test(block, count, found.low, from: 0, &visitor)
        test(block, count, found.high, from: 64, &visitor)
    }

    /// Tests the records that are marked, the first bit for the record `first`; they have the first word.
    @inline(__always)
    private func test(
        _ block: PackBlock, _ count: Int, _ marks: UInt64, from first: Int, _ visitor: inout some HitVisitor
    ) {
        var left = marks
        while left != 0 {
            let number = first + left.trailingZeroBitCount
            left &= left - 1
            // Another text than the writer's would have more names than records.
            guard number < count else { return }
            test(block, number, from: 1, &visitor)
        }
    }

    /// Shows record `number` to the visitor if it is alive, has the words from number `word` on, and all else that the
    /// query asks for.
    @inline(__always)
    private func test(_ block: PackBlock, _ number: Int, from word: Int, _ visitor: inout some HitVisitor) {
        let record = block.record(number)
        if record.isDead { return }
        if let isDirectory = query.isDirectory, isDirectory != (record.kind == EntryKind.directory.rawValue) { return }
        let name = block.name(number)
        guard let text = name.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        for index in word..<max(word, query.needles.count) {
            let needle = query.needles[index]
            guard let start = needle.baseAddress?.assumingMemoryBound(to: UInt8.self) else { continue }
            if catalog_find_padded(text, name.count, start, needle.count) < 0 { return }
        }
        if let directories = query.directories, !contains(directories, record.parent),
            !contains(query.tops, record.id)
        {
            return
        }
        if query.restrictedRoots.count > 0, contains(query.restrictedRoots, block.rootID),
            !contains(query.seenDirectories, record.parent), !contains(query.seenEntries, record.id)
        {
            return
        }
        if let keys = query.extensionKeys {
            if record.kind == EntryKind.directory.rawValue { return }
            if keys.contains(ExtensionKey(ofName: name)) == query.refusesListedExtensions { return }
        }
        guard let hit = NameHit(block, number, record, name) else { return }
        if let sizes = query.sizes, !sizes.contains(query.directorySizes.size(of: hit)) { return }
        visitor.visit(hit)
    }
}
