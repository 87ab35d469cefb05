import CatalogCore
import CatalogSearch

/// Where a page of hits ended: the next one begins behind it, whatever came and went before it meanwhile.
///
/// Clients get it as a text that they hand back as it is: a letter for the order, which reading of the query it is about, and the place
/// of the last hit, as Base64 for URLs.
struct SearchCursor: Sendable, Equatable {
    private let letter: UInt8
    /// As the index has it.
    let position: NameCursor

    init(_ position: NameCursor, _ field: SearchRequest.Field, _ isDescending: Bool) {
        (letter, self.position) = (field.letter(isDescending), position)
    }

    /// - Parameter field: with `isDescending` the order of the page that is wanted now.
    /// - Throws: `CatalogError.invalidArgument` "Invalid cursor" for what is none, or was made in another order.
    init(_ text: String, _ field: SearchRequest.Field, _ isDescending: Bool) throws {
        let bytes = CursorText.bytes(of: text, max: Limits.searchCursorBytes) ?? []
        guard field.placeBytes.contains(bytes.count - 2), bytes[0] == field.letter(isDescending) else {
            throw CatalogError(.invalidArgument, "Invalid cursor")
        }
        letter = bytes[0]
        position = NameCursor(reading: Int(bytes[1]), place: Array(bytes[2...]))
    }

    /// As clients get it; nil for a place that is too long for an address.
    var text: String? {
        let text = CursorText.text(of: [letter, UInt8(clamping: position.reading)] + position.place)
        return text.utf8.count <= Limits.searchCursorBytes ? text : nil
    }
}

extension SearchRequest.Field {
    /// One for each order, so that a cursor is taken for its own only.
    fileprivate func letter(_ isDescending: Bool) -> UInt8 {
        let letter =
            switch self {
            case .name: UInt8(ascii: "n")
            case .size: UInt8(ascii: "s")
            case .modified: UInt8(ascii: "m")
            case .path: UInt8(ascii: "p")
            case .created: UInt8(ascii: "c")
            case .fileExtension: UInt8(ascii: "e")
            }
        return isDescending ? letter - 32 : letter
    }

    /// How many bytes a place has: what it is sorted by, and an id.
    fileprivate var placeBytes: ClosedRange<Int> {
        switch self {
        case .name, .path: 9...Limits.searchCursorBytes
        case .size, .modified, .created: 16...16
        case .fileExtension: 24...24
        }
    }
}
