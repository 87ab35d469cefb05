import CatalogCore

/// `POST /download/links`.
struct DownloadLinkRequest: Decodable, Sendable {
    /// A day: long enough for an evening and for a playlist that was sent to another room.
    static let defaultSeconds: Int64 = 86_400

    let fileID: EntryID
    let expiresIn: Int64?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case expiresIn = "expires_in"
    }
}

/// A link on the wire; with its URL only when it was just made.
struct DownloadLinkPayload: Encodable, Sendable {
    let id: Int64
    let fileID: EntryID
    let createdAt: String
    let expiresAt: String
    let url: String?
    let expiresIn: Int64?

    init(_ link: DownloadLink, url: String? = nil) {
        id = link.id
        fileID = link.entryID
        createdAt = Timestamp.text(microseconds: link.createdAt)
        expiresAt = Timestamp.text(microseconds: link.expiresAt)
        self.url = url
        expiresIn = url == nil ? nil : (link.expiresAt - link.createdAt) / 1_000_000
    }

    enum CodingKeys: String, CodingKey {
        case id
        case fileID = "file_id"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case url
        case expiresIn = "expires_in"
    }
}

/// `GET /download/links`.
struct DownloadLinksPayload: Encodable, Sendable {
    let links: [DownloadLinkPayload]
    let count: Int
}
