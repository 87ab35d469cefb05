package import CatalogCore
package import CatalogStorage
import Glibc
import SMBWire

/// Looks at SMB servers (versions 2 and 3) that are no storage roots.
package struct SMBDiscovery: ShareDiscovery {
    /// Entries of a directory that are taken. No setting: only tests take fewer.
    package var entriesMax = Limits.discoveryEntries
    private let networks: AllowedNetworks
    private let resolve: @Sendable (String) -> [HostAddress]

    /// - Parameters:
    ///   - networks: setting `smb.allowed_networks`.
    ///   - resolve: every address of a host; asked once for each look.
    package init(
        networks: AllowedNetworks, resolve: @escaping @Sendable (String) -> [HostAddress] = HostAddress.all
    ) {
        self.networks = networks
        self.resolve = resolve
    }

    package func shares(of server: ShareServer) throws -> [FoundShare] {
        try look(at: server) { connection, limit in
            var shares: [FoundShare] = []
            try connection.shares { record in
                try limit.check(shares.count, of: Limits.discoveryShares, "shares")
                guard let kind = FoundShare.Kind(record.kind), !record.name.isEmpty else { return }
                let comment = record.comment.isEmpty ? nil : String(decoding: record.comment, as: UTF8.self)
                shares.append(
                    FoundShare(name: String(decoding: record.name, as: UTF8.self), kind: kind, comment: comment))
            }
            return shares
        }
    }

    package func reach(_ share: String, of server: ShareServer) throws {
        try look(at: server, share) { _, _ in }
    }

    package func list(_ directory: StoragePath, in share: String, of server: ShareServer) throws -> [FoundEntry] {
        let path = directory.bytes
        return try look(at: server, share) { connection, limit in
            do {
                return try entries(connection, path, limit)
            } catch let failure as SMBFailure {
                throw failure.directoryFailure(directory.text)
            }
        }
    }

    private func entries(
        _ connection: SMBConnection, _ path: [UInt8], _ limit: AnswerLimit
    ) throws -> [FoundEntry] {
        var entries: [FoundEntry] = []
        var excess: (any Error)?
        do {
            try connection.list(path) { name, entry in
                // The directory itself has no name, and what is no name is nobody's.
                let isShown = entry != nil && StoragePath.isName(Array(name))
                do { try limit.check(isShown ? entries.count : 0, of: entriesMax, "entries") } catch {
                    excess = error
                    // It would be listened to until the end.
                    connection.giveUp()
                    throw error
                }
                guard let entry, isShown else { return }
                entries.append(
                    FoundEntry(
                        name: Array(name), isDirectory: entry.kind == .directory, sizeBytes: entry.sizeBytes,
                        modifiedNS: entry.modifiedNS))
            }
        } catch {
            throw excess ?? error
        }
        return entries
    }

    // MARK: The way there

    private func look<Value>(
        at server: ShareServer, _ share: String = "", _ body: (SMBConnection, AnswerLimit) throws -> Value
    ) throws -> Value {
        let address = try address(of: server)
        // The number, so that the helper asks no name service: it might be told another address than the one that was looked at.
        var settings = SMBSettings(host: "\(address)", port: server.port, share: share, directory: [])
        settings.username = server.credentials?.username ?? ""
        settings.password = server.credentials?.password ?? ""
        settings.domain = server.credentials?.domain ?? ""
        // More than a root's: nobody asked this server lately, and its disks or the service that knows the shares may have to start.
        settings.timeout = Int(Limits.discoverySeconds) * 1_000
        let limit = AnswerLimit(server: server.host)
        do {
            return try body(try SMBConnection(SMBTarget(settings: settings, onlyAddress: address.bytes)), limit)
        } catch let failure as SMBFailure {
            throw failure.discoveryFailure(server, share)
        }
    }

    /// The one address that everything after this is about.
    private func address(of server: ShareServer) throws -> HostAddress {
        let all = resolve(server.host)
        let allowed = all.filter(networks.contains)
        if allowed.isEmpty, let first = all.first {
            let shown = "\(first)" == server.host ? server.host : "\(server.host) (\(first))"
            throw DiscoveryFailure(
                .forbiddenNetwork, "\(shown) is outside of the networks that the setting smb.allowed_networks permits")
        }
        let candidates = Array(allowed.prefix(Limits.discoveryAddresses))
        switch HostProbe.answering(candidates, host: server.host, port: server.port, service: "SMB") {
        case .success(let address): return address
        case .failure(let complaint): throw DiscoveryFailure(.unreachable, complaint.text)
        }
    }
}

/// What is taken from one server in one look.
private struct AnswerLimit {
    let server: String
    private let end = ContinuousClock.now + .seconds(Limits.discoverySeconds)

    init(server: String) {
        self.server = server
    }

    /// - Throws: `DiscoveryFailure` when there is too much of it already, or it takes too long.
    func check(_ count: Int, of limit: Int, _ things: String) throws {
        guard count < limit else {
            throw DiscoveryFailure(.tooMuch, "\(server) shows more than \(limit) \(things) there, which is too much")
        }
        guard ContinuousClock.now < end else {
            throw DiscoveryFailure(.unreachable, "\(server) answers too slowly; is its network or are its disks busy?")
        }
    }
}

extension FoundShare.Kind {
    /// A number of libsmbclient; nil for what is no share.
    fileprivate init?(_ number: UInt32) {
        switch number {
        case 3: self = .disk
        case 4: self = .printer
        case 5: self = .device
        case 6: self = .ipc
        default: return nil
        }
    }
}

extension SMBFailure {
    /// What it means for a login.
    ///
    /// - Parameter share: empty for the server itself.
    fileprivate func discoveryFailure(_ server: ShareServer, _ share: String) -> DiscoveryFailure {
        let place = share.isEmpty ? server.host : "\\\\\(server.host)\\\(share)"
        let cause = "\(place): \(text) (\(number))"
        switch number {
        case EACCES, EPERM:
            let message =
                if let username = server.credentials?.username {
                    "\(place) refuses \(username): a wrong password, another domain, or no right to it"
                } else {
                    "\(place) lets no guests in; give a username and a password"
                }
            return DiscoveryFailure(.loginRefused, message, cause: cause)
        case ENOENT where !share.isEmpty, ENODEV where !share.isEmpty, ENOTDIR where !share.isEmpty:
            return DiscoveryFailure(
                .noShare, "\(server.host) has no share \(share); POST /api/v1/smb/discover shows what it has",
                cause: cause)
        case ETIMEDOUT:
            return DiscoveryFailure(
                .unreachable, "\(place) does not answer; does something on the way hold SMB back?", cause: cause)
        // The helper's one address answers, so it was sent to another one.
        case ENETUNREACH:
            return DiscoveryFailure(
                .unreachable, "\(place) leads to another server there (DFS); look at that one itself", cause: cause)
        case ECONNREFUSED:
            return DiscoveryFailure(
                .unreachable, "\(place) cannot be opened; is it a share of files?", cause: cause)
        case ECONNABORTED, EPROTO:
            return DiscoveryFailure(
                .unreachable,
                "\(server.host) listens on port \(server.port), but does not speak SMB 2 or 3 there; is it the right port?",
                cause: cause)
        default:
            return DiscoveryFailure(.unreachable, "\(place) cannot be opened: \(text)", cause: cause)
        }
    }

    /// What it means for a directory of a share that lets us in; itself where it is about the connection.
    fileprivate func directoryFailure(_ path: String) -> any Error {
        let cause = "list \"\(path)\": \(text) (\(number))"
        switch number {
        case ENOENT, ENAMETOOLONG, ELOOP, EINVAL:
            return DiscoveryFailure(.noDirectory, "The share has no directory \(path)", cause: cause)
        case ENOTDIR: return DiscoveryFailure(.notDirectory, "\(path) is no directory", cause: cause)
        case EACCES, EPERM:
            return DiscoveryFailure(.directoryRefused, "The share refuses access to this directory", cause: cause)
        default: return self
        }
    }
}
