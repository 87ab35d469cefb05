import CatalogCore
import CatalogDatabase

/// An order of hits in the words of the database, and the places of the cursors that `HitOrder` makes for it.
struct TrigramOrder {
    let field: NameQuery.Field
    let isDescending: Bool

    init(_ field: NameQuery.Field, isDescending: Bool) {
        (self.field, self.isDescending) = (field, isDescending)
    }

    /// Whether it orders by a number; else by bytes.
    var hasNumbers: Bool {
        switch field {
        case .size, .modified, .created: true
        case .name, .fileExtension, .path: false
        }
    }

    /// Of each byte of a place.
    private var flip: UInt8 { isDescending ? 0xFF : 0 }

    /// The place of a hit as a string of bytes that compares like it.
    func place(of value: SQLValue, id: EntryID) -> [UInt8] {
        let end = bytes(UInt64(bitPattern: id))
        switch value {
        case .integer(let number):
            let key = UInt64(bitPattern: number) ^ 1 << 63
            return bytes(isDescending ? ~key : key) + end
        case .blob(let text) where field == .fileExtension:
            let padded = text + [UInt8](repeating: 0, count: max(0, FileExtension.bytesMax - text.count))
            return padded.map { $0 ^ flip } + end
        case .blob(let text):
            return (text + [0]).map { $0 ^ flip } + end
        case .null, .real, .text:
            return end
        }
    }

    /// What the hit at a place is ordered by, and its id; nil for bytes that are no place of this order.
    func hit(at place: [UInt8]) -> (value: SQLValue, id: EntryID)? {
        guard place.count >= placeIDBytes else { return nil }
        let key = place.dropLast(placeIDBytes).map { $0 ^ flip }
        let id = EntryID(bitPattern: number(place.suffix(placeIDBytes)))
        if hasNumbers {
            guard key.count == 8 else { return nil }
            return (.integer(Int64(bitPattern: number(key[...]) ^ 1 << 63)), id)
        }
        if field == .fileExtension { return (.blob(Array(key.prefix { $0 != 0 })), id) }
        return key.last == 0 ? (.blob(key.dropLast()), id) : nil
    }

    private func bytes(_ number: UInt64) -> [UInt8] { (0..<8).map { bigEndianByte(number, $0) } }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
