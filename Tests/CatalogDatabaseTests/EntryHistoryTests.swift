import CatalogCore
import CatalogDatabase
import CatalogTestSupport
import Testing

/// What happened when, and for how long that is told.
@Suite struct EntryHistoryTests {
    private static let hour = EntryHistory.hourLength
    /// Half past one on some day.
    private static let now: Int64 = 1_700_000_000 / 86_400 * 86_400 * 1_000_000 + hour + hour / 2

    private func added(_ files: Int64) -> EntryHistory {
        var history = EntryHistory()
        (history.addedFiles, history.addedBytes) = (files, 10 * files)
        return history
    }

    @Test func `A moment is a tenth of a second, and an hour when it is long ago`() {
        let now = Self.now
        #expect(EntryHistory.start(of: now + 99_999, now: now) == now)
        #expect(EntryHistory.start(of: now + 100_000, now: now) == now + 100_000)
        #expect(EntryHistory.start(of: now - 48 * Self.hour, now: now) == now - 48 * Self.hour)
        let begin = EntryHistory.momentsBegin(now: now)
        #expect(begin == now - 48 * Self.hour - Self.hour / 2)
        #expect(EntryHistory.start(of: begin - 1, now: now) == begin - Self.hour)
    }

    @Test func `Moments that are long ago are added up by the hour, each time anew`() async throws {
        try await TestDatabase.withNew { files in
            let begin = EntryHistory.momentsBegin(now: Self.now)
            let store = EntryCountStore(rootID: 1)
            let other = EntryCountStore(rootID: 2)
            let rows = {
                try await files.database.read { connection in
                    try connection.rows(
                        SQLStatement(
                            "SELECT root_id, start_us, added_files, added_bytes FROM entry_history ORDER BY 1, 2")
                    ) { row in (0..<4).map { row.integer($0) } }
                }
            }
            try await files.database.write { connection in
                for (start, count) in [(begin - Self.hour, 1), (begin - 500_000, 2), (begin - 100_000, 4), (begin, 8)] {
                    try store.add(added(Int64(count)), at: start, on: connection)
                    try other.add(added(Int64(count)), at: start, on: connection)
                }
                try store.foldHistory(now: Self.now, on: connection)
            }
            let untouched = [(begin - Self.hour, 1), (begin - 500_000, 2), (begin - 100_000, 4), (begin, 8)].map {
                [2, $0.0, Int64($0.1), Int64(10 * $0.1)]
            }
            #expect(try await rows() == [[1, begin - Self.hour, 7, 70], [1, begin, 8, 80]] + untouched)
            try await files.database.write { connection in
                try store.add(added(-1), at: begin - 300_000, on: connection)
                try store.foldHistory(now: Self.now, on: connection)
                try store.foldHistory(now: Self.now, on: connection)
            }
            #expect(try await rows().prefix(2) == [[1, begin - Self.hour, 6, 60], [1, begin, 8, 80]])
        }
    }
}
