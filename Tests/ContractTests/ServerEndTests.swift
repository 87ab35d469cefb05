import CatalogSearch
import CatalogTestSupport
import Synchronization
import Testing

/// What is left of a server after its end.
@Suite struct ServerEndTests {
    /// Points to an index without keeping it.
    private struct Trace {
        weak var index: NameIndex?
    }

    @Test func `Nothing holds on to a server that was shut down`() async throws {
        let trace = Mutex(Trace())
        try await CatalogAPI.with { api in
            trace.withLock { $0.index = api.server.index }
            try api.server.write("films/a.mkv", [1])
            try await api.addRoot()
            try await api.scan()
        }
        #expect(trace.withLock { $0.index == nil })
    }
}
