import CatalogCore

/// When a storage will be full, if it goes on growing as it did.
package struct FillForecast: Sendable {
    /// History that counts at most, in days.
    static let daysMax = 90
    /// Nothing is said about what is further away, in days.
    private static let horizonDays = 36_500.0

    /// The storage root that is spoken of.
    package let root: StorageRoot
    /// Nil where the storage does not tell, or did not answer.
    package let freeBytes: Int64?
    package let totalBytes: Int64?
    /// How long the history is that this rests on.
    package let daysKnown: Double
    /// Below 0 when it became less.
    package let bytesPerDay: Int64
    /// Nil when it does not grow, or nobody knows how much room there is.
    package let daysUntilFull: Double?
    /// Microseconds since 1970.
    package let fullAt: Int64?

    /// - Parameters:
    ///   - history: what happened since `start`.
    ///   - start, now: microseconds since 1970.
    init(_ root: StorageRoot, free: Int64?, total: Int64?, history: EntryHistory, since start: Int64, now: Int64) {
        (self.root, freeBytes, totalBytes) = (root, free, total)
        let known = max(0, Double(now - start) / Double(Timestamp.dayLength))
        daysKnown = (known * 10).rounded() / 10
        bytesPerDay = known >= 1 ? Int64(Double(history.netBytes) / known) : 0
        guard let free, free >= 0, bytesPerDay > 0 else {
            (daysUntilFull, fullAt) = (nil, nil)
            return
        }
        let days = Double(free) / Double(bytesPerDay)
        daysUntilFull = days < Self.horizonDays ? (days * 10).rounded() / 10 : nil
        fullAt = daysUntilFull.map { now + Int64($0 * Double(Timestamp.dayLength)) }
    }
}
