import CatalogCore
import Testing

@testable import CatalogServer

@Suite struct CallerCacheTests {
    private func caller(_ name: String) -> Caller {
        Caller(userID: 1, username: name, permissions: PermissionSet([]), sessionID: "s")
    }

    private func reading(_ cache: CallerCache, now: Int64) throws -> CallerCache.Reading {
        guard case .mustRead(let reading) = cache.look("s", now: now) else {
            throw CatalogError.internalError("the cache knew an answer")
        }
        return reading
    }

    private func known(_ cache: CallerCache, now: Int64) -> String? {
        guard case .known(let caller) = cache.look("s", now: now) else { return nil }
        return caller.username
    }

    @Test func `What was read before a change is not kept after it`() throws {
        let cache = CallerCache()
        let reading = try reading(cache, now: 0)
        cache.drop { _ in false }
        cache.keep(caller("old"), named: "s", reading)
        #expect(known(cache, now: 0) == nil)
    }

    @Test func `From half its age on one request reads anew while the others use what is known`() throws {
        let cache = CallerCache()
        cache.keep(caller("old"), named: "s", try reading(cache, now: 0))
        #expect(known(cache, now: 249_999) == "old")
        let again = try reading(cache, now: 250_000)
        #expect(known(cache, now: 250_001) == "old")
        cache.keep(caller("new"), named: "s", again)
        #expect(known(cache, now: 250_002) == "new")
        #expect(known(cache, now: 499_999) == "new")
    }

    @Test func `After half a second nothing is believed, even when a reader never came back`() throws {
        let cache = CallerCache()
        cache.keep(caller("old"), named: "s", try reading(cache, now: 0))
        _ = try reading(cache, now: 300_000)
        #expect(known(cache, now: 499_999) == "old")
        #expect(known(cache, now: 500_000) == nil)
    }

    @Test func `Its size has a limit`() throws {
        let cache = CallerCache()
        for number in 0...Limits.callersCached {
            guard case .mustRead(let reading) = cache.look("\(number)", now: 0) else { continue }
            cache.keep(caller("x"), named: "\(number)", reading)
        }
        guard case .mustRead = cache.look("0", now: 0) else {
            Issue.record("the first entry is still there")
            return
        }
    }
}
