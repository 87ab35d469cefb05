import CLibPQ
import CatalogCore

/// Where the database is, in libpq's own words: `postgres://user:password@host:port,host2:port2/name?sslmode=…`.
package struct PostgresTarget: Sendable {
    /// Seconds that connecting to one host may take.
    private static let connectSeconds = 5

    /// Names and values of libpq, in the order in which they were given.
    private let parameters: [(name: String, value: String)]
    /// Host, port and name of the database for people: without user and password.
    package let description: String

    /// - Throws: `CatalogError.invalidArgument` for a text that libpq does not understand, without its password.
    package init(url: String) throws {
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &complaint) else {
            defer { PQfreemem(complaint) }
            // The complaint quotes what it does not understand, which may be the password: it is not passed on.
            throw CatalogError(
                .invalidArgument,
                "The database URL cannot be read. Expected: postgres://user:password@host:port/name?sslmode=require",
                cause: "libpq refused the database URL")
        }
        defer { PQconninfoFree(options) }
        var given: [(name: String, value: String)] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { given.append((String(cString: keyword), String(cString: value))) }
            option += 1
        }
        let hosts = given.first { $0.name == "host" }?.value ?? "localhost"
        let ports = given.first { $0.name == "port" }?.value
        let name = given.first { $0.name == "dbname" }?.value
        description = hosts + (ports.map { ":" + $0 } ?? "") + (name.map { "/" + $0 } ?? "")
        parameters =
            Self.defaults(hostCount: hosts.split(separator: ",").count).filter { standard in
                !given.contains { $0.name == standard.name }
            } + given
    }

    /// What is said when the URL says nothing.
    private static func defaults(hostCount: Int) -> [(name: String, value: String)] {
        var defaults = [
            ("connect_timeout", "\(connectSeconds)"), ("application_name", "catalogizer"),
            // A server whose machine is gone is noticed within half a minute, whatever the system's own patience is.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        // Of several hosts the one is wanted that takes writes.
        if hostCount > 1 { defaults.append(("target_session_attrs", "read-write")) }
        return defaults
    }

    /// Lends the parameters in the shape of `PQconnectdbParams`: names and values, each ending with a null pointer.
    func withParameters<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        // Names of files are bytes and pass as such; texts are UTF-8 whatever the environment of the process says.
        let all = parameters.filter { $0.name != "client_encoding" } + [("client_encoding", "UTF8")]
        return Self.withCStrings(all.map(\.name)) { names in
            Self.withCStrings(all.map(\.value)) { values in body(names, values) }
        }
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let bytes = texts.flatMap { Array($0.utf8CString) }
        return bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = texts.map { text in
                defer { offset += text.utf8.count + 1 }
                return buffer.baseAddress.map { $0 + offset }
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { list in
                // Never empty: the null pointer at the end is always there.
                withExtendedLifetime(list) { body(list.baseAddress.unsafelyUnwrapped) }
            }
        }
    }
}
