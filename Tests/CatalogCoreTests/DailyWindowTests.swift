import CatalogCore
import Testing

@Suite struct DailyWindowTests {
    @Test(arguments: [
        ("22:00-06:00", [22 * 60, 23 * 60 + 59, 0, 359], [360, 12 * 60, 22 * 60 - 1]),
        ("09:30-17:00", [570, 1_019], [569, 1_020, 0]),
    ])
    func `A window has its beginning and not its end, also over midnight`(
        text: String, inside: [Int], outside: [Int]
    ) throws {
        let window = try #require(DailyWindow(text))
        #expect(window.text == text)
        #expect(inside.allSatisfy(window.contains(minute:)) && !outside.contains(where: window.contains(minute:)))
    }

    @Test(arguments: ["22:00-06:00", "00:00-00:01", "09:30-17:00", "23:59-00:00", "02:30-03:00"])
    func `A window opens next within a day, also where clocks are changed`(text: String) throws {
        let window = try #require(DailyWindow(text))
        // Two years in steps of some hours: in each time zone clocks are changed at other times.
        for step in 0..<3_000 {
            let now: Int64 = 1_705_314_600_000_000 + Int64(step) * 21_599_000_000
            let opening = window.opening(after: now)
            #expect(opening > now && opening - now <= 25 * 3_600_000_000)
            // At half past two there may be no such time on one day of the year.
            let local = LocalTime(microseconds: opening)
            #expect(window.contains(opening) || (1...3).contains(local.minute / 60))
        }
    }

    @Test func `A day has its number from midnight to midnight`() {
        var now: Int64 = 1_705_314_600_000_000
        for _ in 0..<800 {
            let day = LocalTime(microseconds: now).day
            let midnight = LocalTime.next(minute: 0, after: now)
            #expect(LocalTime(microseconds: midnight - 1).day == day)
            #expect(LocalTime(microseconds: midnight).day == day + 1)
            now = midnight
        }
        #expect(LocalTime(microseconds: -1).day <= 0)
    }
}
