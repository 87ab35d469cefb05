import CatalogCore
import Testing

/// What a caller may see.
@Suite struct AccessScopeTests {
    private func path(_ text: String) throws -> StoragePath { try StoragePath(parsing: text) }

    private func scope(_ grants: (RootID, String)...) throws -> AccessScope {
        AccessScope(try grants.map { AccessScope.Grant(rootID: $0.0, path: try path($0.1)) })
    }

    @Test func `What lies below another place adds nothing`() throws {
        #expect(try scope((1, "a/b/c"), (1, "a/b"), (1, "a/bc")) == scope((1, "a/b"), (1, "a/bc")))
        #expect(try scope((1, "a"), (1, "")) == .roots([1]))
        #expect(try scope((1, ""), (1, "a"), (2, "")) == .roots([1, 2]))
        #expect(AccessScope([]) == .roots([]))
    }

    @Test(arguments: [
        ("", AccessScope.Sight.onTheWay), ("a", .onTheWay), ("a/b", .whole), ("a/b/c", .whole), ("a/bc", .nothing),
        ("a/c", .nothing), ("b", .nothing), ("A/b", .nothing),
    ])
    func `A place is seen, or the way to one`(text: String, sight: AccessScope.Sight) throws {
        let scope = try scope((1, "a/b"))
        #expect(scope.sight(of: try path(text), in: 1) == sight)
        #expect(scope.sight(of: try path(text), in: 2) == .nothing)
        #expect(AccessScope.everything.sight(of: try path(text), in: 1) == .whole)
        #expect(AccessScope.roots([1]).sight(of: try path(text), in: 1) == .whole)
    }

    @Test func `The whole of a root is more than places in it`() throws {
        let part = try scope((1, "a"), (2, ""))
        #expect(part.allows(1) && !part.allowsWhole(1))
        #expect(part.allows(2) && part.allowsWhole(2))
        #expect(!part.allows(3) && !part.allowsWhole(3))
        #expect(part.dependsOnPaths && !AccessScope.roots([1]).dependsOnPaths)
    }

    @Test func `Nobody gives more than they see`() throws {
        let own = try scope((1, "a/b"), (2, ""))
        #expect(AccessScope.everything.covers(own))
        let (less, more) = (try scope((1, "a/b/c"), (2, "x")), try scope((1, "a")))
        #expect(own.covers(own) && own.covers(.roots([])) && own.covers(less))
        #expect(!own.covers(.everything) && !own.covers(.roots([1])) && !own.covers(more))
        #expect(!own.covers(.roots([3])))
    }
}
