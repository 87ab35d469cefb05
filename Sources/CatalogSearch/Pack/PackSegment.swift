import CLinux
import CatalogCore
import Glibc
import Synchronization

/// A mapped segment of a pack; it stays mapped, whatever becomes of the file, until the last search that uses it is
/// done.
///
/// Sendable although it points at shared memory: the address never changes, and the contents follow the order of writes
/// that `PackBlock` describes. Filter bits are plain words that only ever gain bits, and gain them before the count of
/// the block that they speak for.
///
/// Anybody with the right to may cut the file off or write to it, and its disk may fail. Then what is read here is wrong, but
/// reading goes on: no place that is computed from the contents lies outside of the mapping, and pages that are gone
/// read as zeros.
final class PackSegment: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    private let mapping: Int32
    private let foundDamage = Atomic(false)
    private static let mappings = Atomic<UInt64>(0)
    /// Tells this mapping from every other one of the process.
    let serial = PackSegment.mappings.wrappingAdd(1, ordering: .relaxed).newValue
    /// Odd while the writer changes something.
    private let changes = Atomic<UInt64>(0)

    /// Maps segment `index` of an open file that is long enough.
    init(descriptor: Int32, index: Int) throws {
        let offset = PackLayout.headerPageBytes + index * PackLayout.segmentBytes
        let address = mmap(nil, PackLayout.segmentBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset)
        guard let address, address != MAP_FAILED else { throw PackFailure.system("mmap", errno) }
        base = address
        mapping = catalog_guard_mapping(address, PackLayout.segmentBytes)
    }

    deinit {
        catalog_unguard_mapping(mapping)
        munmap(base, PackLayout.segmentBytes)
    }

    /// Whether something was found that the writer never writes, or that pages are gone.
    var isDamaged: Bool { foundDamage.load(ordering: .relaxed) || catalog_mapping_is_lost(mapping) != 0 }

    /// Notes that something was found that the writer never writes.
    func noteDamage() { foundDamage.store(true, ordering: .relaxed) }

    /// A number that is another one after each change; nil while the writer changes something.
    var state: UInt64? {
        let state = changes.load(ordering: .sequentiallyConsistent)
        return state.isMultiple(of: 2) ? state : nil
    }

    /// Runs what the writer changes here: what searches have kept of the segment is of no use any more.
    @inline(__always)
    func change<Value>(_ body: () throws -> Value) rethrows -> Value {
        changes.add(1, ordering: .sequentiallyConsistent)
        defer { changes.add(1, ordering: .sequentiallyConsistent) }
        return try body()
    }

    @inline(__always)
    func block(_ index: Int) -> PackBlock {
        PackBlock(
            header: base + index * PackLayout.blockHeaderBytes,
            text: base + PackLayout.blocksOffset + index * PackLayout.blockBytes,
            signatures: (base + PackLayout.signaturesOffset + index * PackLayout.recordsPerBlock * 8)
                .assumingMemoryBound(to: UInt64.self),
            figures: (base + PackLayout.figuresOffset
                + index * PackLayout.recordsPerBlock * PackLayout.figuresPerRecord * 8)
                .assumingMemoryBound(to: Int64.self))
    }

    /// Has block `index` on its way: each block is a page of its own, where the processor foresees nothing.
    @inline(__always)
    func fetchAhead(_ index: Int) {
        catalog_fetch_ahead(base + index * PackLayout.blockHeaderBytes, 1)
        let block = base + PackLayout.blocksOffset + index * PackLayout.blockBytes
        catalog_fetch_ahead(block, 8)
        catalog_fetch_ahead(block + PackLayout.blockBytes - 8 * 64, 8)
    }

    /// Which record of the segment has its figures at `figures`, as a number that stays true as long as the mapping.
    @inline(__always)
    func number(of figures: UnsafePointer<Int64>) -> UInt32 {
        UInt32(UnsafeRawPointer(figures) - UnsafeRawPointer(base) - PackLayout.figuresOffset) / 8
    }

    /// The name with this number.
    func hit(_ number: UInt32) -> NameHit? {
        let (index, place) = Int(number).quotientAndRemainder(
            dividingBy: PackLayout.recordsPerBlock * PackLayout.figuresPerRecord)
        guard index < PackLayout.blocksPerSegment, place < PackLayout.recordsPerBlock else { return nil }
        let block = block(index)
        return NameHit(block, place, block.record(place), block.name(place))
    }

    /// The bits of a filter row, one for each block.
    @inline(__always)
    func filterRow(_ row: Int) -> UnsafeMutablePointer<UInt64> {
        (base + PackLayout.filterOffset + row * PackLayout.filterRowBytes).assumingMemoryBound(to: UInt64.self)
    }

    /// Marks in the filter that block `index` has the pairs and triples of bytes of `name`.
    func addToFilter(_ name: UnsafeRawBufferPointer, block index: Int) {
        let word = index >> 6
        let bit: UInt64 = 1 << UInt64(index & 63)
        forEachRow(of: name) { filterRow($0)[word] |= bit }
    }

    /// Whether the filter has everything of `name` for block `index`.
    func filterCovers(_ name: UnsafeRawBufferPointer, block index: Int) -> Bool {
        let word = index >> 6
        var all: UInt64 = 1 << UInt64(index & 63)
        forEachRow(of: name) { all &= filterRow($0)[word] }
        return all != 0
    }

    @inline(__always)
    private func forEachRow(of name: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        guard name.count >= 2 else { return }
        var first = name[0]
        var second = name[1]
        body(PackLayout.row(first, second))
        for index in 2..<max(2, name.count) {
            let third = name[index]
            body(PackLayout.row(first, second, third))
            body(PackLayout.row(second, third))
            first = second
            second = third
        }
    }
}

/// Failures of the pack file, in the words of the catalog.
enum PackFailure {
    /// A system call that failed.
    static func system(_ call: String, _ code: Int32) -> CatalogError {
        let cause = "search index: \(call): \(String(cString: strerror(code)))"
        return switch code {
        case ENOSPC, EDQUOT: CatalogError(.insufficientStorage, "The disk of the search index is full", cause: cause)
        default: CatalogError(.unavailable, "The search index cannot be used", cause: cause)
        }
    }
}
