package import CatalogCore
package import CatalogDatabase

/// Makes, lists, ends and redeems download links.
///
/// A link is a 256-bit secret that the database knows the hash of. It stands for its owner's right to download one
/// file: it works only while the owner may log in, may download, and may see the file.
package struct DownloadLinkService: Sendable {
    /// Refuses, with what the client should read, an entry that the caller may not see or that is no file.
    package typealias FileCheck = @Sendable (EntryID, Caller) async throws -> Void

    private let database: any Database
    private let checkFile: FileCheck
    private let time: TimeSource
    private let random: RandomSource
    private let links = DownloadLinkStore()
    private let users = UserStore()
    private let roles = RoleStore()

    package init(
        database: any Database, time: TimeSource, random: RandomSource, checkFile: @escaping FileCheck
    ) {
        self.database = database
        self.checkFile = checkFile
        self.time = time
        self.random = random
    }

    /// A link to the file `entryID` that lives `seconds` from now.
    ///
    /// - Throws: `CatalogError.permissionDenied` without `media.download`; `.invalidArgument` for a lifetime out of
    ///   range; what `checkFile` throws; `.conflict` when the caller has too many links.
    package func create(entryID: EntryID, seconds: Int64, caller: Caller) async throws -> NewDownloadLink {
        try caller.require("media.download")
        guard Limits.downloadLinkSeconds.contains(seconds) else {
            throw CatalogError(
                .invalidArgument, "expires_in must be between 1 and \(Limits.downloadLinkSeconds.upperBound) seconds")
        }
        try await checkFile(entryID, caller)
        let now = time.now
        let expiresAt = now + seconds * 1_000_000
        let token = OpaqueToken(random)
        let id = try await database.write { connection in
            guard try links.count(of: caller.userID, now: now, connection) < Int64(Limits.downloadLinksPerUser) else {
                throw CatalogError(.conflict, "Too many download links, delete some first")
            }
            return try links.insert(
                token, userID: caller.userID, entryID: entryID, now: now, expiresAt: expiresAt, connection)
        }
        let link = DownloadLink(
            id: id, userID: caller.userID, entryID: entryID, createdAt: now, expiresAt: expiresAt)
        return NewDownloadLink(link: link, path: "/api/v1/download/link/\(token.text)")
    }

    /// The caller's live links, oldest first, without their secrets.
    package func list(of caller: Caller) async throws -> [DownloadLink] {
        let now = time.now
        return try await database.read { try links.links(of: caller.userID, now: now, $0) }
    }

    /// Ends one of the caller's links at once.
    ///
    /// - Throws: `CatalogError.notFound`, also for links of others.
    package func revoke(_ id: Int64, caller: Caller) async throws {
        let now = time.now
        guard try await database.write({ try links.revoke(id, of: caller.userID, now: now, $0) }) else {
            throw CatalogError(.notFound, "Download link not found")
        }
    }

    /// A link that works now, and its owner, in whose name the file may be read. Whoever serves the file checks the
    /// owner's scope as for any other caller.
    ///
    /// - Throws: `CatalogError.unauthenticated` when the link is unknown, ended or expired, or its owner may no longer
    ///   log in or download.
    package func redeem(_ token: String) async throws -> (link: DownloadLink, owner: Caller) {
        try await redeem(token, at: time.now)
    }

    /// Whether a download that the link began may go on: it was not ended, and its owner still may. That its time is over
    /// meanwhile does not matter, since a large file takes long.
    func mayGoOn(_ token: String) async -> Bool {
        do {
            _ = try await redeem(token, at: .min)
            return true
        } catch let error as CatalogError {
            // A database that is busy for a moment ends no download; asking again comes soon.
            return error.code != .unauthenticated
        } catch {
            return true
        }
    }

    /// - Parameter linkTime: when the link must not be over.
    private func redeem(_ token: String, at linkTime: Int64) async throws -> (link: DownloadLink, owner: Caller) {
        let hash = OpaqueToken.hash(of: token)
        let now = time.now
        let found = try await database.read { connection -> (DownloadLink, Caller)? in
            guard let link = try links.link(hash: hash, now: linkTime, connection),
                let user = try users.user(link.userID, connection), user.isActive, !user.isLocked(at: now),
                let role = try roles.role(user.roleID, connection)
            else { return nil }
            return (link, Caller(user, role, sessionID: nil))
        }
        guard let found, found.1.can("media.download") else { throw AuthenticationFailure.invalidLink }
        return found
    }
}
