import CatalogCore
import CatalogDatabase

/// Where a page of a directory ended: the next one begins behind it, whatever came and went before it meanwhile.
///
/// Clients get it as a text that they hand back as it is: a letter for the order, the number of the last entry, and what it is sorted
/// by, as Base64 for URLs.
package struct CatalogCursor: Sendable, Equatable {
    private enum Key: Equatable {
        case name([UInt8])
        case number(Int64)
    }

    private let order: CatalogOrder
    private let id: EntryID
    private let key: Key

    /// - Parameter entry: the last one of a page.
    init(after entry: CatalogEntry, _ order: CatalogOrder) {
        (self.order, id) = (order, entry.id)
        key = Self.key(of: entry, order)
    }

    /// - Parameter order: that of the page that is wanted now.
    /// - Throws: `CatalogError.invalidArgument` "Invalid cursor" for what is none, or was made in another order.
    init(_ text: String, _ order: CatalogOrder) throws {
        guard let bytes = CursorText.bytes(of: text, max: Limits.cursorBytes), bytes.count >= 9,
            bytes.first == order.letter
        else { throw CatalogError(.invalidArgument, "Invalid cursor") }
        (self.order, id) = (order, Self.number(bytes[1..<9]))
        guard order.field != .name else {
            key = .name(Array(bytes[9...]))
            return
        }
        guard bytes.count == 17 else { throw CatalogError(.invalidArgument, "Invalid cursor") }
        key = .number(Self.number(bytes[9...]))
    }

    /// As clients get it.
    var text: String {
        var bytes = [order.letter] + Self.bytes(of: id)
        switch key {
        case .name(let name): bytes += name
        case .number(let number): bytes += Self.bytes(of: number)
        }
        return CursorText.text(of: bytes)
    }

    /// What `CatalogQueries.childrenAfter` compares with.
    var values: [SQLValue] {
        switch key {
        case .name(let name): [.blob(name), .integer(id)]
        case .number(let number): [.integer(number), .integer(id)]
        }
    }

    /// Whether an entry stands behind it.
    func isBefore(_ entry: CatalogEntry) -> Bool {
        let other = Self.key(of: entry, order)
        if other == key { return id < entry.id }
        let isLess =
            switch (key, other) {
            case (.name(let own), .name(let other)): own.lexicographicallyPrecedes(other)
            case (.number(let own), .number(let other)): own < other
            default: false
            }
        return isLess != order.isDescending
    }

    private static func key(of entry: CatalogEntry, _ order: CatalogOrder) -> Key {
        switch order.field {
        case .name:
            let name = NameEncoding.bytes(of: entry.nameText)
            return .name(TextFold.foldedName(name) ?? name)
        case .size: return .number(entry.sizeBytes)
        case .modified: return .number(entry.modifiedNS)
        }
    }

    private static func bytes(of number: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}

extension CatalogOrder {
    /// One for each order, so that a cursor is taken for its own only.
    fileprivate var letter: UInt8 {
        let letter =
            switch field {
            case .name: UInt8(ascii: "n")
            case .size: UInt8(ascii: "s")
            case .modified: UInt8(ascii: "m")
            }
        return isDescending ? letter - 32 : letter
    }
}
