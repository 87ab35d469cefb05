/// Modification times of files, in nanoseconds since 1970, from storages that keep more or less of them.
package enum ModificationTime {
    private static let second: Int64 = 1_000_000_000

    /// Whole seconds, also before 1970.
    package static func seconds(_ nanoseconds: Int64) -> Int64 {
        let rest = nanoseconds % second
        return (nanoseconds - rest) / second - (rest < 0 ? 1 : 0)
    }

    /// Whether two times may be of one file: equal, or in the same second where one of them says no more than that.
    package static func agree(_ first: Int64, _ other: Int64) -> Bool {
        let isCoarse = first % second == 0 || other % second == 0
        return first == other || (isCoarse && seconds(first) == seconds(other))
    }
}
