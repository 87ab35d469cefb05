import Testing

@testable import CatalogServer

@Suite struct HeapTrimTests {
    @Test func `Memory is given back once after many connections have gone, and not after few`() {
        var trim = HeapTrim()
        let steps = [
            (10, false), (1_000, false), (600, false), (500, true), (490, false), (400, false), (240, true),
            (200, false), (0, true), (63, false), (0, false),
        ]
        for (connections, expected) in steps {
            let isDue = trim.isDue(connections: connections)
            #expect(isDue == expected, "\(connections)")
        }
    }
}
