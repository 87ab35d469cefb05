import CatalogCore

/// Keeps the first hits of the order in a heap of fixed size, and counts them all.
///
/// The last one kept is on top.
struct PageHeap<Order: HitOrder>: HitVisitor {
    private struct Item {
        var prefix: UInt64
        var place: Order.Place
        /// Where the figures of the hit stand.
        var figures: UnsafePointer<Int64>
    }

    private let order: Order
    private let capacity: Int
    /// Hits before this place of the order are counted only.
    private let start: [UInt8]
    /// The one at this place is counted only too.
    private let isAfterStart: Bool
    private var items: [Item] = []
    /// The prefix of the top once the heap is full; no hit with a larger one is kept.
    private var worstPrefix = UInt64.max
    private(set) var total = 0

    init(order: Order, capacity: Int, startingAt start: [UInt8] = [], isAfterStart: Bool = false) {
        self.order = order
        self.capacity = capacity
        self.start = start
        self.isAfterStart = isAfterStart
        items.reserveCapacity(capacity)
    }

    @inline(__always)
    mutating func visit(_ hit: NameHit) {
        total += 1
        let place = order.place(of: hit)
        let prefix = order.prefix(of: place)
        if prefix > worstPrefix { return }
        keep(Item(prefix: prefix, place: place, figures: hit.figures))
    }

    /// An empty heap for the same page.
    var emptied: PageHeap {
        PageHeap(order: order, capacity: capacity, startingAt: start, isAfterStart: isAfterStart)
    }

    /// Where the figures of the hits stand that were kept, in no order.
    var kept: [UnsafePointer<Int64>] { items.map(\.figures) }

    /// Counts `total` hits and shows itself those of them that may be on the page.
    mutating func add(_ total: Int, keeping hits: some Sequence<NameHit>) {
        let before = self.total
        for hit in hits { visit(hit) }
        self.total = before + total
    }

    /// The ids kept, in order.
    mutating func sortedIDs() -> [EntryID] {
        let order = order
        items.sort { PageHeap.precedes($0, $1, order) }
        return items.map { order.id(of: $0.place) }
    }

    /// The bytes of the last place kept, once they are sorted.
    var lastPlace: [UInt8]? { items.last.map { order.bytes(of: $0.place) } }

    private mutating func keep(_ item: Item) {
        guard capacity > 0, start.isEmpty || order.compare(item.place, with: start) >= (isAfterStart ? 1 : 0) else {
            return
        }
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
    private static func precedes(_ first: Item, _ second: Item, _ order: Order) -> Bool {
        first.prefix != second.prefix ? first.prefix < second.prefix : order.precedes(first.place, second.place)
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
struct PlaceHistogram<Order: HitOrder>: HitVisitor {
    private let order: Order
    private let start: [UInt8]
    private var counts = [UInt32](repeating: 0, count: 1 << 16)
    private(set) var total = 0

    init(order: Order, startingAt start: [UInt8]) {
        self.order = order
        self.start = start
    }

    mutating func visit(_ hit: NameHit) {
        total += 1
        let place = order.place(of: hit)
        guard order.compare(place, with: start) == 0 else { return }
        let high = Int(order.byte(of: place, at: start.count))
        counts[high << 8 | Int(order.byte(of: place, at: start.count + 1))] += 1
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
