import CatalogServer
import Testing

@Suite struct PermissionSetTests {
    @Test func `A permission allows itself and nothing else`() {
        let set = PermissionSet(["media.view"])
        #expect(set.allows("media.view"))
        #expect(!set.allows("media.edit"))
        #expect(!set.allows("media.viewer"))
        #expect(!set.allows("media"))
        #expect(!set.allows("*"))
    }

    @Test func `Nothing is allowed without permissions`() {
        #expect(!PermissionSet([]).allows("media.view"))
        #expect(!PermissionSet([""]).allows("media.view"))
    }

    @Test(arguments: ["*", "system.admin"])
    func `A star and system admin allow everything`(name: String) {
        #expect(PermissionSet([name]).allows("system.configure"))
        #expect(PermissionSet([name]).allowsEverything)
    }

    @Test func `A star at the end stands for every verb of its area only`() {
        let set = PermissionSet(["media.*"])
        #expect(set.allows("media.delete"))
        #expect(!set.allows("mediation.delete"))
        #expect(!set.allows("user.delete"))
    }

    @Test func `Managing an area implies its other verbs`() {
        let set = PermissionSet(["user.manage"])
        #expect(set.allows("user.delete"))
        #expect(set.allows("user.manage"))
        #expect(!set.allows("media.view"))
    }

    @Test func `Managing is not implied by any other verb`() {
        #expect(!PermissionSet(["user.view", "user.delete"]).allows("user.manage"))
    }

    @Test func `Names keep their order and lose their repetitions`() {
        #expect(PermissionSet(["b.x", "a.x", "b.x"]).names == ["b.x", "a.x"])
    }

    @Test(arguments: ["*", "media.view", "media.*", "system.a_b", "a.b.c"])
    func `Well-formed names are accepted`(name: String) {
        #expect(Permission.isWellFormed(name))
    }

    @Test(arguments: [
        "", "media", "Media.view", "media.", ".view", "media..view", "media.View", "me_dia.view", "media.view ",
    ])
    func `Other names are refused`(name: String) {
        #expect(!Permission.isWellFormed(name))
    }
}
