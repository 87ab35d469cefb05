import CatalogCore
import Glibc

/// The documented order of hits: by the bytes of the folded name, upwards or downwards; ties by ascending id.
struct HitOrder {
    let isDescending: Bool

    init(_ order: NameQuery.Order) {
        isDescending = order == .descending
    }

    /// The first eight bytes of the name as a number that compares like the name, in this order.
    ///
    /// A name's records lie behind it in its block, so eight bytes can always be read; those behind the name are cut
    /// off.
    @inline(__always)
    func prefix(_ hit: NameHit) -> UInt64 {
        var word = UInt64(bigEndian: UnsafeRawPointer(hit.text).loadUnaligned(as: UInt64.self))
        if hit.length < 8 { word &= ~(UInt64.max >> (UInt64(hit.length) * 8)) }
        return isDescending ? ~word : word
    }

    /// Whether `first` stands before `second` when their prefixes are equal.
    func precedes(_ first: NameHit, _ second: NameHit) -> Bool {
        let difference = Int(memcmp(first.text, second.text, min(first.length, second.length)))
        if difference != 0 { return (difference < 0) != isDescending }
        if first.length != second.length { return (first.length < second.length) != isDescending }
        return first.id < second.id
    }

    /// The place of a hit in the order, as a string of bytes that compares like it: the name, an end, the id.
    func byte(_ hit: NameHit, at index: Int) -> UInt8 {
        let flip: UInt8 = isDescending ? 0xFF : 0
        if index < hit.length { return hit.text[index] ^ flip }
        if index == hit.length { return flip }
        let shift = 7 - (index - hit.length - 1)
        return shift < 0 ? 0 : UInt8(truncatingIfNeeded: UInt64(bitPattern: hit.id) >> (UInt64(shift) * 8))
    }

    /// How a hit stands to all hits whose place starts with `start`: before them (negative), among them (0), after
    /// them.
    func compare(_ hit: NameHit, with start: [UInt8]) -> Int {
        for index in start.indices {
            let byte = byte(hit, at: index)
            if byte != start[index] { return byte < start[index] ? -1 : 1 }
        }
        return 0
    }
}

/// Keeps the first hits of the order in a heap of fixed size, and counts them all.
///
/// The last one kept is on top.
struct PageHeap: HitVisitor {
    private struct Item {
        var prefix: UInt64
        var hit: NameHit
    }

    private let order: HitOrder
    private let capacity: Int
    /// Hits before this place of the order are counted only.
    private let start: [UInt8]
    private var items: [Item] = []
    /// The prefix of the top once the heap is full; no hit with a larger one is kept.
    private var worstPrefix = UInt64.max
    private(set) var total = 0

    init(order: HitOrder, capacity: Int, startingAt start: [UInt8] = []) {
        self.order = order
        self.capacity = capacity
        self.start = start
        items.reserveCapacity(capacity)
    }

    @inline(__always)
    mutating func visit(_ hit: NameHit) {
        total += 1
        let prefix = order.prefix(hit)
        if prefix > worstPrefix { return }
        keep(Item(prefix: prefix, hit: hit))
    }

    /// The ids kept, in order.
    mutating func sortedIDs() -> [EntryID] {
        let order = order
        items.sort { PageHeap.precedes($0, $1, order) }
        return items.map { $0.hit.id }
    }

    private mutating func keep(_ item: Item) {
        guard capacity > 0, start.isEmpty || order.compare(item.hit, with: start) >= 0 else { return }
        if items.count < capacity {
            items.append(item)
            rise(from: items.count - 1)
        } else if PageHeap.precedes(item, items[0], order) {
            items[0] = item
            sink()
        }
        if items.count == capacity { worstPrefix = items[0].prefix }
    }

    @inline(__always)
    private static func precedes(_ first: Item, _ second: Item, _ order: HitOrder) -> Bool {
        first.prefix != second.prefix ? first.prefix < second.prefix : order.precedes(first.hit, second.hit)
    }

    private mutating func rise(from index: Int) {
        var child = index
        while child > 0 {
            let parent = (child - 1) / 2
            guard PageHeap.precedes(items[parent], items[child], order) else { return }
            items.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < items.count else { return }
            if child + 1 < items.count, PageHeap.precedes(items[child], items[child + 1], order) { child += 1 }
            guard PageHeap.precedes(items[parent], items[child], order) else { return }
            items.swapAt(parent, child)
            parent = child
        }
    }
}

/// Counts hits by the next two bytes of their place in the order, among those whose place starts with given bytes.
struct PlaceHistogram: HitVisitor {
    private let order: HitOrder
    private let start: [UInt8]
    private var counts = [UInt32](repeating: 0, count: 1 << 16)
    private(set) var total = 0

    init(order: HitOrder, startingAt start: [UInt8]) {
        self.order = order
        self.start = start
    }

    mutating func visit(_ hit: NameHit) {
        total += 1
        guard order.compare(hit, with: start) == 0 else { return }
        let high = Int(order.byte(hit, at: start.count))
        counts[high << 8 | Int(order.byte(hit, at: start.count + 1))] += 1
    }

    /// The two bytes in which the hit number `rank` falls, and how many hits there are before them and with them.
    func bucket(of rank: Int) -> (bytes: [UInt8], before: Int, count: Int)? {
        var before = 0
        for (index, count) in counts.enumerated() {
            if rank < before + Int(count) { return ([UInt8(index >> 8), UInt8(index & 0xFF)], before, Int(count)) }
            before += Int(count)
        }
        return nil
    }
}
