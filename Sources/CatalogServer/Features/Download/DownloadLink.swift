package import CatalogCore

/// A link that downloads one file without a session, for players and televisions (ruling 34).
package struct DownloadLink: Sendable, Equatable {
    package let id: Int64
    package let userID: UserID
    package let entryID: EntryID
    /// Microseconds since 1970.
    package let createdAt: Int64
    package let expiresAt: Int64
}

/// A link that was just made; its secret is shown this once.
package struct NewDownloadLink: Sendable {
    package let link: DownloadLink
    /// Path of the URL, below the server's address.
    package let path: String
}
