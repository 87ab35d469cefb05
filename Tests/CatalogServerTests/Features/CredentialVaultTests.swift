import CatalogCore
import Testing

@testable import CatalogServer

/// Passwords of storage roots at rest.
@Suite struct CredentialVaultTests {
    @Test func `What was sealed comes back, and looks different each time`() throws {
        let vault = CredentialVault(masterKey: "a master key")
        let first = try vault.seal("geheim 🗝")
        #expect(try vault.open(first) == "geheim 🗝")
        #expect(try vault.seal("geheim 🗝") != first)
        #expect(!String(decoding: first, as: UTF8.self).contains("geheim"))
    }

    @Test func `Another key and a changed byte open nothing`() throws {
        var sealed = try CredentialVault(masterKey: "a master key").seal("secret")
        #expect(throws: CatalogError.self) { try CredentialVault(masterKey: "another key").open(sealed) }
        sealed[sealed.count / 2] ^= 1
        #expect(throws: CatalogError.self) { try CredentialVault(masterKey: "a master key").open(sealed) }
        #expect(throws: CatalogError.self) { try CredentialVault(masterKey: "a master key").open([]) }
    }
}
