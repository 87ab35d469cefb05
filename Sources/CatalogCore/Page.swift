/// A part of a list, as asked for: how many rows, after how many others.
package struct Page: Sendable, Equatable {
    /// Rows at most.
    package let limit: Int
    /// Rows left out before the first.
    package let offset: Int

    /// Refuses nothing: a limit that is missing, not a number or below 1 becomes the default, one that is too large
    /// becomes the maximum; an offset that is missing, not a number or negative becomes 0.
    package init(
        limit: String?, offset: String?, default defaultLimit: Int = Limits.pageRowsDefault,
        max maxLimit: Int = Limits.pageRowsMax
    ) {
        self.limit = limit.flatMap { Page.number($0) }.map { $0 < 1 ? defaultLimit : min($0, maxLimit) } ?? defaultLimit
        self.offset = max(0, offset.flatMap { Page.number($0) } ?? 0)
    }

    /// A page of known size, for callers inside the program.
    package init(limit: Int, offset: Int = 0) {
        self.limit = limit
        self.offset = offset
    }

    /// A whole number; digits beyond the range of `Int` count as the largest number, since that is what they ask for.
    private static func number(_ text: String) -> Int? {
        if let value = Int(text) { return value }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.hasPrefix("-") ? .min : .max
    }
}
