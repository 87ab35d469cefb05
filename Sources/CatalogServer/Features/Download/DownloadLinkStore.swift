import CatalogCore
import CatalogDatabase

/// Asks the database about download links.
struct DownloadLinkStore: Sendable {
    /// - Returns: the id of the new link.
    func insert(
        _ token: OpaqueToken, userID: UserID, entryID: EntryID, now: Int64, expiresAt: Int64,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let id = try connection.firstRow(
            DownloadLinkQueries.insert,
            [.blob(token.hash), .integer(userID), .integer(entryID), .integer(now), .integer(expiresAt)]
        ) { $0.integer(0) }
        guard let id else { throw CatalogError.internalError("the new download link has no id") }
        return id
    }

    func link(hash: [UInt8], now: Int64, _ connection: any SQLConnection) throws -> DownloadLink? {
        try connection.firstRow(DownloadLinkQueries.liveByHash, [.blob(hash), .integer(now)], Self.link)
    }

    /// The live links of a user, oldest first.
    func links(of userID: UserID, now: Int64, _ connection: any SQLConnection) throws -> [DownloadLink] {
        try connection.rows(DownloadLinkQueries.liveOfUser, [.integer(userID), .integer(now)], Self.link)
    }

    func count(of userID: UserID, now: Int64, _ connection: any SQLConnection) throws -> Int64 {
        try connection.firstRow(DownloadLinkQueries.countLiveOfUser, [.integer(userID), .integer(now)]) {
            $0.integer(0)
        } ?? 0
    }

    /// - Returns: false when the user has no such live link.
    func revoke(_ id: Int64, of userID: UserID, now: Int64, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(DownloadLinkQueries.revoke, [.integer(id), .integer(userID), .integer(now)]) == 1
    }

    func revokeAll(of userID: UserID, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(DownloadLinkQueries.revokeOfUser, [.integer(userID), .integer(now)])
    }

    func deleteDead(now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(DownloadLinkQueries.deleteDead, [.integer(now)])
    }

    private static func link(_ row: SQLRow) -> DownloadLink {
        DownloadLink(
            id: row.integer(0), userID: row.integer(1), entryID: row.integer(2), createdAt: row.integer(3),
            expiresAt: row.integer(4))
    }
}
