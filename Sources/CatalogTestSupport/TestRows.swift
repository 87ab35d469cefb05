package import CatalogCore
package import CatalogDatabase

extension Database {
    /// Gives a user download links to the entry 1, with secrets that nobody has.
    package func fillDownloadLinks(of user: UserID, count: Int, createdAt: Int64, expiresAt: Int64) async throws {
        let table = SQLBulkTable(
            "download_links", columns: ["token_hash", "user_id", "entry_id", "created_at_us", "expires_at_us"])
        try await write { connection in
            try connection.insertRows(table, count: count) { row, index in
                row.append(Array("link \(index)".utf8))
                row.append(user)
                row.append(1 as Int64)
                row.append(createdAt)
                row.append(expiresAt)
            }
        }
    }
}
