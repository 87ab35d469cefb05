import CatalogCore
import CatalogDatabase

/// Hands out entry ids from the counter of the database, many at a time: ids are never used twice, also when their rows are
/// gone, and concurrent scans never get the same ones.
///
/// Whoever changes the counter keeps it to the end of the transaction, and a scan's are long: so ids are fetched ahead in
/// transactions of their own, as many as the last ones have needed, and scans of other nodes do not wait.
struct EntryIDAllocator {
    private static let leastAhead = 10_000
    private static let mostAhead = 200_000
    private var current: Range<EntryID> = 1..<1
    private var ahead: Range<EntryID>?
    private var takenSinceFetch = 0

    /// Fetches ids for the next transaction, once it is known that the scan needs any. Blocks.
    mutating func fetchAhead(_ database: any Database) throws {
        guard takenSinceFetch > 0, ahead == nil else { return }
        let amount = min(max(takenSinceFetch * 2, Self.leastAhead), Self.mostAhead)
        takenSinceFetch = 0
        ahead = try database.writeBlocking { try Self.reserve(amount, $0) }
    }

    /// The first of `count` ids in a row.
    mutating func take(_ count: Int, _ connection: any SQLConnection) throws -> EntryID {
        takenSinceFetch += count
        if current.count < count {
            if let ahead, ahead.count >= count {
                current = ahead
                self.ahead = nil
            } else {
                current = try Self.reserve(max(count, Self.leastAhead), connection)
            }
        }
        defer { current = (current.lowerBound + EntryID(count))..<current.upperBound }
        return current.lowerBound
    }

    private static func reserve(_ amount: Int, _ connection: any SQLConnection) throws -> Range<EntryID> {
        let last = try EntryStore.reserveIDs(Int64(amount), on: connection)
        return (last - Int64(amount) + 1)..<(last + 1)
    }
}
