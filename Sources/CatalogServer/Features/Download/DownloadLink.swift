package import CatalogCore

/// A link that downloads one file without a session, for players and televisions, which cannot log in.
package struct DownloadLink: Sendable, Equatable {
    /// By which its owner ends it; no secret.
    package let id: Int64
    /// In whose name it downloads.
    package let userID: UserID
    /// The one file that it downloads.
    package let entryID: EntryID
    /// Microseconds since 1970.
    package let createdAt: Int64
    /// Microseconds since 1970; from then on it is worth nothing.
    package let expiresAt: Int64
}

/// A link that was just made; its secret is shown this once.
package struct NewDownloadLink: Sendable {
    /// What stays of it.
    package let link: DownloadLink
    /// Path of the URL, below the server's address.
    package let path: String
}
