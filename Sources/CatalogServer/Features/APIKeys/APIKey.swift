import CatalogCore

/// A secret that a script sends instead of logging in. The database knows its hash only.
package struct APIKey: Sendable {
    /// What every key begins with, so that people and scanners of repositories know one when they see it.
    static let prefix = "cak_"

    /// Given by the database; never used twice.
    package let id: Int64
    /// Whose account the script acts for.
    let userID: UserID
    /// For people, who have several.
    let name: String
    /// What the key may do, as far as its owner may; nil for all of that.
    let permissions: [String]?
    /// Microseconds since 1970, as all times here.
    let createdAt: Int64
    /// Nil for a key that lives until somebody deletes it.
    let expiresAt: Int64?
    /// Exact to half a minute; nil for a key that was never used.
    let lastUsedAt: Int64?

    func isAlive(at now: Int64) -> Bool {
        expiresAt.map { $0 > now } ?? true
    }
}

/// A key that somebody wants, as asked for and not yet checked.
package struct APIKeyOrder: Sendable {
    let name: String
    let permissions: [String]?
    /// Microseconds since 1970.
    let expiresAt: Int64?

    /// - Parameters:
    ///   - permissions: nil for all that the owner may do.
    ///   - expiresAt: microseconds since 1970; nil for never.
    package init(name: String, permissions: [String]? = nil, expiresAt: Int64? = nil) {
        (self.name, self.permissions, self.expiresAt) = (name, permissions, expiresAt)
    }
}
