import CatalogCore
import CatalogStorage

/// The endpoints that look at SMB servers.
enum SMBDiscoveryEndpoints {
    static let all = [
        Endpoint(.post, "/api/v1/smb/discover", id: "smb.discover", "List the shares of an SMB server", tag: .smb)
            .described("As a guest when `username` is empty. \(egress)")
            .requires("system.configure").hidingQuery()
            .body("SMBServerRequest")
            .answers(200, arrayOf: "SMBShareInfo").fails(400, 403, 502),
        Endpoint(.get, "/api/v1/smb/discover", id: "smb.discoverGet", "The same by query string", tag: .smb)
            .described(getForm).deprecated()
            .requires("system.configure").hidingQuery()
            .query(host, username, password, domain, port)
            .answers(200, arrayOf: "SMBShareInfo").fails(400, 403, 502),
        Endpoint(.post, "/api/v1/smb/test", id: "smb.test", "Try to log in to a share", tag: .smb)
            .described("What fails is an answer too, with `error` saying what to do. \(egress)")
            .requires("system.configure").hidingQuery()
            .body("SMBShareRequest")
            .answers(200, "SMBTest").fails(400, 403),
        Endpoint(.get, "/api/v1/smb/test", id: "smb.testGet", "The same by query string", tag: .smb)
            .described(getForm).deprecated()
            .requires("system.configure").hidingQuery()
            .query(host, share, username, password, domain, port)
            .answers(200, "SMBTest").fails(400, 403),
        Endpoint(.post, "/api/v1/smb/browse", id: "smb.browse", "List a directory of a share", tag: .smb)
            .described("Directories first, then by name. \(egress)")
            .requires("system.configure").hidingQuery()
            .body("SMBBrowseRequest")
            .answers(200, arrayOf: "SMBFileEntry").fails(400, 403, 404, 502),
    ]

    /// Forms that the setting `smb.allow_get` turns off.
    static let getForms: Set = ["smb.discoverGet", "smb.testGet"]

    private static let egress =
        "A server outside of the setting `smb.allowed_networks` is refused with 403. At most "
        + "\(Limits.discoveriesAtOnce) such requests run at once; one more is answered 503."
    private static let getForm =
        "For tests by hand: the password stands in the address, which browsers and proxies keep. This server does not log it. "
        + "With the setting `smb.allow_get` off the answer is 405."

    private static let host = QueryParameter("host", .string, "A name or an address", isRequired: true)
    private static let share = QueryParameter("share", .string, "The name of the share", isRequired: true)
    private static let username = QueryParameter("username", .string, "Empty: as a guest", isRequired: true)
    private static let password = QueryParameter("password", .string, "Of the user", isRequired: true)
    private static let domain = QueryParameter("domain", .string, "Windows domain or workgroup")
    private static let port = QueryParameter("port", .integer, "Where the server listens", default: "445")

    private static let server: [SchemaDefinition.Member] = [
        .always("host", .text, "A name or an address"), .maybe("port", .integer, "445 unless said"),
        .always("username", .text, "Empty: as a guest"), .maybe("password", .text, "May be left out for a guest"),
        .maybe("domain", .nullable(.text), "Windows domain or workgroup"),
    ]

    static let schemas = [
        SchemaDefinition(
            "SMBServerRequest", "A server to look at",
            example: #"{"host":"192.168.1.100","username":"user","password":"password","domain":"WORKGROUP"}"#,
            members: server),
        SchemaDefinition(
            "SMBShareRequest", "A share to log in to",
            example: #"{"host":"192.168.1.100","share":"media","username":"user","password":"password"}"#,
            members: server + [.always("share", .text)]),
        SchemaDefinition(
            "SMBBrowseRequest", "A directory to list",
            example:
                #"{"host":"192.168.1.100","share":"media","username":"user","password":"password","path":"movies"}"#,
            members: server + [
                .always("share", .text), .maybe("path", .nullable(.text), "Below the share; absent: the share itself"),
            ]),
        SchemaDefinition(
            "SMBShareInfo", "Something that a server shares", .always("host", .text), .always("share_name", .text),
            .always("path", .text, #"As Windows writes it: `\\host\share`"#),
            .always(
                "writable", .nullable(.boolean), "Always null: a server tells it only to who tries to write"),
            .always("description", .nullable(.text)),
            .always("type", .oneOf(FoundShare.Kind.allCases.map(\.rawValue))),
            .always("hidden", .boolean, "Whether the name ends with `$`")),
        SchemaDefinition(
            "SMBFileEntry", "A file or a directory in a share", .always("name", .text),
            .always("path", .text, "Below the share, joined by `/`"), .always("is_directory", .boolean),
            .always("size", .nullable(.integer), "Null for directories"),
            .always("modified", .nullable(.text), "UTC, as `2024-01-15 10:30:00`")),
        SchemaDefinition(
            "SMBTest", "Whether a share lets us in",
            example: #"{"success":true,"host":"192.168.1.100","share":"media","username":"user","connection":true}"#,
            .always("success", .boolean), .always("host", .text), .always("share", .text), .always("username", .text),
            .always("connection", .boolean, "The same as `success`"),
            .maybe("error", .text, "What is wrong and what to do, where it failed")),
    ]
}
