import CatalogCore
import CatalogStorage
import Glibc

/// An export, and how to speak to its server.
struct NFSTarget: Sendable {
    let host: String
    /// Text form of the path that is mounted; a path inside of an export is one too.
    let export: String
    /// 3 or 4.
    let version: Int
    /// Nil for the usual port: 2049, with version 3 what the port mapper says.
    let port: Int?
    /// Version 3 only; nil for what the port mapper says.
    let mountPort: Int?
    /// As whom the server sees us; nil for the user of this process.
    let uid: Int?
    let gid: Int?
    let timeoutMilliseconds: Int
    /// Each is a mount of its own.
    let connections: ConnectionLimit
    /// Of one answer.
    let mostBytes: Int64
    /// What all its connections know.
    let directories = NFSDirectories()

    /// - Throws: `CatalogError.invalidArgument` naming the option that makes no sense.
    init(_ location: StorageLocation, mostBytes: Int64) throws {
        self.mostBytes = mostBytes
        guard let host = location.url.host else { throw CatalogError(.invalidArgument, "host is required") }
        self.host = host
        export = String(decoding: location.url.path, as: UTF8.self)
        version = try location.options.integer("version", in: 3...4) ?? 4
        port = location.url.port
        mountPort = try location.options.integer("mount_port", in: 1...65_535)
        uid = try location.options.integer("uid", in: 0...Int(UInt32.max))
        gid = try location.options.integer("gid", in: 0...Int(UInt32.max))
        timeoutMilliseconds = try location.options.timeoutMilliseconds()
        connections = try location.options.connections(usual: NFSBackend.usualConnections)
        guard String(validating: location.url.path, as: UTF8.self) != nil, location.credentials == nil else {
            throw CatalogError(
                .invalidArgument, "NFS knows no passwords: the server lets machines in; leave username and password out"
            )
        }
    }

    /// What libnfs reads its settings from; the host and the path in it do not count.
    var settingsURL: String {
        // Else the kernel goes on connecting for two minutes.
        var url = "nfs://server/export?version=\(version)&tcp-syncnt=2"
        if let port { url += "&nfsport=\(port)" }
        if let mountPort { url += "&mountport=\(mountPort)" }
        if let uid { url += "&uid=\(uid)" }
        if let gid { url += "&gid=\(gid)" }
        return url
    }
}
