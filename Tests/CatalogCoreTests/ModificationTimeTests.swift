import CatalogCore
import Testing

@Suite struct ModificationTimeTests {
    private static let second: Int64 = 1_000_000_000

    private static let times: [(nanoseconds: Int64, seconds: Int64)] = [
        (0, 0), (1, 0), (999_999_999, 0), (1_000_000_000, 1), (-1, -1), (-1_000_000_000, -1), (-1_000_000_001, -2),
        (.min, -9_223_372_037), (.max, 9_223_372_036),
    ]

    @Test(arguments: times) func `Seconds are whole ones, the earlier of two`(nanoseconds: Int64, seconds: Int64) {
        #expect(ModificationTime.seconds(nanoseconds) == seconds)
    }

    @Test func `Times agree when they are equal, or when one of them knows no more than the second`() {
        let exact = 7 * Self.second + 5
        #expect(ModificationTime.agree(exact, exact) && ModificationTime.agree(exact, 7 * Self.second))
        #expect(ModificationTime.agree(7 * Self.second, exact))
        #expect(!ModificationTime.agree(exact, exact + 1) && !ModificationTime.agree(exact, 8 * Self.second))
    }
}
