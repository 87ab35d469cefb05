extension [Int64] {
    /// Ids for a statement with `size` placeholders, as many lists as it takes; the last one repeats its last id.
    package func lists(of size: Int) -> [[SQLValue]] {
        stride(from: 0, to: count, by: size).map { start in
            (start..<(start + size)).map { .integer(self[Swift.min($0, count - 1)]) }
        }
    }
}
