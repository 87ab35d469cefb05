import Testing

@testable import CatalogServer

@Suite struct QuietWindowTests {
    @Test(arguments: [
        ("22:00-06:00", [22 * 60, 23 * 60 + 59, 0, 359], [360, 12 * 60, 22 * 60 - 1]),
        ("09:30-17:00", [570, 1_019], [569, 1_020, 0]),
    ])
    func `A window has its beginning and not its end, also over midnight`(
        text: String, inside: [Int], outside: [Int]
    ) throws {
        let window = try #require(QuietWindow(text))
        #expect(window.text == text)
        #expect(inside.allSatisfy(window.contains(minute:)) && !outside.contains(where: window.contains(minute:)))
    }
}
