import CatalogCore
import CatalogStorage

/// What a request says about a server, a share and a directory, before any of it is believed.
struct SMBTargetFields: Decodable, Sendable {
    let host: String?
    let port: Int?
    let share: String?
    let username: String?
    let password: String?
    let domain: String?
    let path: String?

    /// - Throws: `CatalogError.invalidArgument` for a port that is no number.
    init(_ query: QueryString) throws {
        host = query["host"]
        port = try query.integer("port").map { Int($0) }
        share = query["share"]
        username = query["username"]
        password = query["password"]
        domain = query["domain"]
        path = query["path"]
    }

    /// - Throws: `CatalogError.invalidArgument` naming what is missing or makes no sense.
    func server() throws -> ShareServer {
        guard let host, !host.isEmpty else { throw CatalogError(.invalidArgument, "host is required") }
        guard let username else {
            throw CatalogError(.invalidArgument, "username is required; leave it empty to come as a guest")
        }
        guard username.isEmpty || password != nil else {
            throw CatalogError(.invalidArgument, "password is required with a username")
        }
        guard (1...65_535).contains(port ?? 445) else {
            throw CatalogError(.invalidArgument, "port must be a number from 1 to 65535")
        }
        let password = password ?? ""
        guard password.utf8.count <= Limits.passwordBytes, !password.utf8.contains(0) else {
            throw CatalogError(.invalidArgument, "password is too long")
        }
        let domain = try domain.map { try Self.checked($0, "domain") } ?? ""
        let credentials = StorageCredentials(
            username: try Self.checked(username, "username"), password: password,
            domain: domain.isEmpty ? nil : domain)
        return ShareServer(
            host: try Self.checked(host: host), port: port ?? 445, credentials: username.isEmpty ? nil : credentials)
    }

    /// - Throws: `CatalogError.invalidArgument` for what is no name of a share.
    func requiredShare() throws -> String {
        guard let share, !share.isEmpty else { throw CatalogError(.invalidArgument, "share is required") }
        let isName = share.unicodeScalars.allSatisfy {
            $0 != "/" && $0 != "\\" && $0.properties.generalCategory != .control
        }
        guard share.utf8.count <= Limits.shareBytes, isName, share != ".", share != ".." else {
            throw CatalogError(.invalidArgument, "share must be the name of a share, without a path")
        }
        return share
    }

    /// The directory, written with slashes of either kind; the share itself when there is none.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Invalid path".
    func directory() throws -> StoragePath {
        guard let path, path != "." else { return .root }
        let slash = UInt8(ascii: "/")
        return try StoragePath(parsingEncoded: path.utf8.map { $0 == UInt8(ascii: "\\") ? slash : $0 })
    }

    /// A name or an address without brackets; whatever else the system would take for one is left to it.
    private static func checked(host: String) throws -> String {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let bare = isBracketed ? String(host.dropFirst().dropLast()) : host
        let isName = !bare.isEmpty && bare.utf8.allSatisfy(isHostByte)
        guard bare.utf8.count <= Limits.hostBytes, isName, !bare.contains(":") || HostAddress(parsing: bare) != nil
        else { throw CatalogError(.invalidArgument, "host must be a name or an address, without a port") }
        return bare
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || ".-_:".utf8.contains(byte)
    }

    /// A text that goes to the server: no control characters.
    private static func checked(_ text: String, _ name: String) throws -> String {
        guard text.utf8.count <= Limits.accountNameBytes,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw CatalogError(.invalidArgument, "\(name) is too long or contains control characters") }
        return text
    }
}

extension JSONWriter {
    mutating func share(_ share: FoundShare, of server: ShareServer) {
        beginObject()
        field("host", server.host)
        field("share_name", share.name)
        field("path", "\\\\\(server.host)\\\(share.name)")
        // Only a try to write would tell.
        nullField("writable")
        field("description", share.comment)
        field("type", share.kind.rawValue)
        field("hidden", share.name.hasSuffix("$"))
        endObject()
    }

    mutating func entry(_ entry: FoundEntry, in directory: StoragePath) {
        let name = NameEncoding.text(of: entry.name)
        beginObject()
        field("name", name)
        field("path", directory.components.isEmpty ? name : "\(directory.text)/\(name)")
        field("is_directory", entry.isDirectory)
        field("size", entry.isDirectory ? nil : entry.sizeBytes)
        field("modified", entry.modifiedNS == 0 ? nil : Timestamp.plainText(microseconds: entry.modifiedNS / 1_000))
        endObject()
    }
}
