import CatalogCore
import CatalogStorage
import CurlClient

/// A directory of an FTP server, and how to reach it.
struct FTPTarget: Sendable {
    let server: CurlServer
    /// Below the directory that the login leads to: names joined by slashes, none in front.
    let directory: [UInt8]
    /// How many connections may ask for listings, and as many again for the bytes of files.
    let connections: ConnectionLimit

    /// - Throws: `CatalogError.invalidArgument` naming what makes no sense.
    init(_ location: StorageLocation) throws {
        server = try CurlServer(location, tls: location.url.scheme == .ftps ? .implicit : .none) {
            $0 == .implicit ? 990 : 21
        }
        directory = Array(location.url.path.drop { $0 == UInt8(ascii: "/") })
        connections = try location.options.connections(usual: FTPBackend.usualConnections)
        guard FTPNames.canExist(directory) else { throw CatalogError(.invalidArgument, "Invalid path") }
    }

    /// A path below the root as commands take it. It begins with `./`, so that no name is taken for an option and none loses the
    /// blanks in front of it.
    ///
    /// - Throws: `CatalogError.notFound` for a name that no command can carry.
    func path(_ path: some Collection<UInt8>) throws -> [UInt8] {
        let names = [directory, Array(path)].filter { !$0.isEmpty }
        let whole = Array("./".utf8) + names.joined(separator: [UInt8(ascii: "/")])
        guard FTPNames.canExist(whole), !StoragePath.climbsByBackslash(whole) else {
            throw CatalogError(
                .notFound, "Path not found",
                cause: "no command takes control characters, or .. behind a backslash")
        }
        return whole
    }

    /// The same as a URL.
    func url(_ path: [UInt8], isDirectory: Bool = false) -> [UInt8] {
        let scheme = server.tls == .implicit ? "ftps" : "ftp"
        return Array("\(scheme)://\(server.shownHost):\(server.port)/".utf8) + CurlRequest.escaped(path)
            + (isDirectory ? [UInt8(ascii: "/")] : [])
    }

    func connection() throws -> CurlConnection {
        let connection = try CurlConnection(server)
        connection.limitToTLS12()
        return connection
    }
}
