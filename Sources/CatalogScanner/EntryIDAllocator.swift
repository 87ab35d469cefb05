import CatalogCore
import CatalogDatabase

/// Hands out entry ids from the counter of the database, a thousand at a time: ids are never used twice, also when their rows
/// are gone, and concurrent scans never get the same ones.
struct EntryIDAllocator {
    private static let reserve = 10_000
    private var next: EntryID = 1
    private var end: EntryID = 1

    /// The first of `count` ids in a row.
    mutating func take(_ count: Int, _ connection: any SQLConnection) throws -> EntryID {
        if end - next < Int64(count) {
            let amount = Int64(max(count, Self.reserve))
            let last = try EntryStore.reserveIDs(amount, on: connection)
            next = last - amount + 1
            end = last + 1
        }
        defer { next += Int64(count) }
        return next
    }
}
