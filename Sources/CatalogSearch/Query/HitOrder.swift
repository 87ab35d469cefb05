import CatalogCore
import Glibc

/// An order of hits.
///
/// An order sees a hit once and makes a place of it: what it needs to compare it with others, again and again.
protocol HitOrder: SendableMetatype {
    associatedtype Place

    func place(of hit: NameHit) -> Place
    func id(of place: Place) -> EntryID
    /// A number that compares like the place, as far as eight bytes can.
    func prefix(of place: Place) -> UInt64
    /// Whether `first` stands before `second` when their prefixes are equal.
    func precedes(_ first: Place, _ second: Place) -> Bool
    /// The place as a string of bytes that compares like it and is no other's: what it is ordered by, and the id.
    func byte(of place: Place, at index: Int) -> UInt8
    /// How many bytes that are.
    func byteCount(of place: Place) -> Int
}

extension HitOrder {
    /// How a place stands to all places whose bytes start with `start`: before them (negative), among them (0), after
    /// them.
    func compare(_ place: Place, with start: [UInt8]) -> Int {
        for index in start.indices {
            let byte = byte(of: place, at: index)
            if byte != start[index] { return byte < start[index] ? -1 : 1 }
        }
        return 0
    }

    /// All of the place's bytes.
    func bytes(of place: Place) -> [UInt8] { (0..<byteCount(of: place)).map { byte(of: place, at: $0) } }
}

/// Bytes of an entry's id, at the end of each place.
let placeIDBytes = 8

/// Byte `index` of a number, the highest first; 0 behind its end.
@inline(__always)
func bigEndianByte(_ number: UInt64, _ index: Int) -> UInt8 {
    index > 7 ? 0 : UInt8(truncatingIfNeeded: number >> (UInt64(7 - index) * 8))
}

/// The documented order: by the bytes of the folded name, upwards or downwards.
struct NameOrder: HitOrder {
    let isDescending: Bool

    @inline(__always)
    func place(of hit: NameHit) -> NameHit { hit }

    func id(of place: NameHit) -> EntryID { place.id }

    /// A name's records lie behind it in its block, so eight bytes can always be read; those behind the name are cut
    /// off.
    @inline(__always)
    func prefix(of place: NameHit) -> UInt64 {
        var word = UInt64(bigEndian: UnsafeRawPointer(place.text).loadUnaligned(as: UInt64.self))
        if place.length < 8 { word &= ~(UInt64.max >> (UInt64(place.length) * 8)) }
        return isDescending ? ~word : word
    }

    func precedes(_ first: NameHit, _ second: NameHit) -> Bool {
        let difference = Int(memcmp(first.text, second.text, min(first.length, second.length)))
        if difference != 0 { return (difference < 0) != isDescending }
        if first.length != second.length { return (first.length < second.length) != isDescending }
        return first.id < second.id
    }

    func byte(of place: NameHit, at index: Int) -> UInt8 {
        let flip: UInt8 = isDescending ? 0xFF : 0
        if index < place.length { return place.text[index] ^ flip }
        if index == place.length { return flip }
        return bigEndianByte(UInt64(bitPattern: place.id), index - place.length - 1)
    }

    func byteCount(of place: NameHit) -> Int { place.length + 1 + placeIDBytes }
}

/// The order by one of the figures.
struct FigureOrder: HitOrder {
    struct Place {
        let key: UInt64
        let id: EntryID
    }

    /// Which figure, as in `PackFigures`.
    enum Figure {
        case size(SizeTable)
        case modified
        case firstSeen
    }

    let figure: Figure
    let isDescending: Bool

    @inline(__always)
    func place(of hit: NameHit) -> Place {
        let value =
            switch figure {
            case .size(let table): table.size(of: hit)
            case .modified: PackFigures(at: hit.figures).modifiedNS
            case .firstSeen: PackFigures(at: hit.figures).firstSeenAt
            }
        // With the sign turned over, negative numbers stand before the others.
        let key = UInt64(bitPattern: value) ^ 1 << 63
        return Place(key: isDescending ? ~key : key, id: hit.id)
    }

    func id(of place: Place) -> EntryID { place.id }

    @inline(__always)
    func prefix(of place: Place) -> UInt64 { place.key }

    func precedes(_ first: Place, _ second: Place) -> Bool { first.id < second.id }

    func byte(of place: Place, at index: Int) -> UInt8 {
        index < 8
            ? bigEndianByte(place.key, index) : bigEndianByte(UInt64(bitPattern: place.id), index - 8)
    }

    func byteCount(of place: Place) -> Int { 8 + placeIDBytes }
}

/// The order by extension.
struct ExtensionOrder: HitOrder {
    struct Place {
        let high: UInt64
        let low: UInt64
        let id: EntryID
    }

    let isDescending: Bool

    func place(of hit: NameHit) -> Place {
        let name = UnsafeRawBufferPointer(start: hit.text, count: hit.isDirectory ? 0 : hit.length)
        let (high, low) = ExtensionKey(ofName: name).ordered
        return Place(high: isDescending ? ~high : high, low: isDescending ? ~low : low, id: hit.id)
    }

    func id(of place: Place) -> EntryID { place.id }

    func prefix(of place: Place) -> UInt64 { place.high }

    func precedes(_ first: Place, _ second: Place) -> Bool {
        first.low != second.low ? first.low < second.low : first.id < second.id
    }

    func byte(of place: Place, at index: Int) -> UInt8 {
        switch index {
        case ..<8: bigEndianByte(place.high, index)
        case ..<16: bigEndianByte(place.low, index - 8)
        default: bigEndianByte(UInt64(bitPattern: place.id), index - 16)
        }
    }

    func byteCount(of place: Place) -> Int { 16 + placeIDBytes }
}
