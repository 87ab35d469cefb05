/// What the endpoints answer that look at SMB servers. `{smb}` is the port of one, `{found}` a directory in its share.
enum SMBOutcomes {
    static let all = [discovery, discoveryByQuery, test, testByQuery, browsing]

    private static let login = #""host":"127.0.0.1","port":{smb},"username":"catalogizer","password":"catalogizer""#
    private static let query = "host=127.0.0.1&port={smb}&username=catalogizer&password=catalogizer"
    private static let wrong = #""host":"127.0.0.1","port":{smb},"username":"catalogizer","password":"wrong""#
    private static let nobody = #""host":"127.0.0.1","port":1,"username":"","password":"""#
    private static let nobodyListens =
        "127.0.0.1 is there, but nothing listens on port 1; is its SMB service on, at this port?"
    private static let media =
        #"{"host":"127.0.0.1","share_name":"media","path":"\\\\127.0.0.1\\media","writable":null,"description":null,"type":"disk","hidden":false}"#

    private static let discovery = EndpointOutcomes(
        "smb.discover", "smb/discover",
        [
            .success(200, "a server", showing: media).sending("{\(login)}").after(.shareServerThere),
            .success(200, "a guest", showing: media)
                .sending(#"{"host":"127.0.0.1","port":{smb},"username":"","password":""}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "no host", "host is required").sending(#"{"username":"","password":""}"#),
            .failure(400, "no username", "username is required; leave it empty to come as a guest")
                .sending(#"{"host":"h","password":"p"}"#),
            .failure(400, "no password", "password is required with a username")
                .sending(#"{"host":"h","username":"u"}"#),
            .failure(400, "no port", "port must be a number from 1 to 65535")
                .sending(#"{"host":"h","username":"","port":0}"#),
            .failure(400, "a port beside the host", "host must be a name or an address, without a port")
                .sending(#"{"host":"h:445","username":""}"#),
            .failure(403, "a wrong password", "Authentication failed").sending("{\(wrong)}"),
            .failure(502, "a server that is not there", nobodyListens).sending("{\(nobody)}"),
        ])

    private static let discoveryByQuery = EndpointOutcomes(
        "smb.discoverGet", "smb/discover?\(query)",
        [
            .success(200, "a server", showing: media).after(.shareServerThere),
            .failure(400, "no host", "host is required").at("smb/discover?username=&password="),
            .failure(400, "no username", "username is required; leave it empty to come as a guest")
                .at("smb/discover?host=h&password=p"),
            .failure(400, "no number", "Invalid port: must be a whole number")
                .at("smb/discover?host=h&username=&port=x"),
            .failure(403, "a wrong password", "Authentication failed")
                .at("smb/discover?host=127.0.0.1&port={smb}&username=catalogizer&password=wrong"),
            .failure(502, "a server that is not there", nobodyListens)
                .at("smb/discover?host=127.0.0.1&port=1&username=&password="),
        ])

    private static let reached =
        #"{"success":true,"host":"127.0.0.1","share":"media","username":"catalogizer","connection":true}"#
    private static let missed = #""share":"nowhere","username":"catalogizer","connection":false,"error":""#

    private static let test = EndpointOutcomes(
        "smb.test", "smb/test",
        [
            .success(200, "a share", showing: reached).sending(#"{\#(login),"share":"media"}"#)
                .after(.shareServerThere),
            .success(200, "an unknown share", showing: missed + "127.0.0.1 has no share nowhere")
                .sending(#"{\#(login),"share":"nowhere"}"#),
            .success(200, "a wrong password", showing: #""error":"\\\\127.0.0.1\\media refuses catalogizer"#)
                .sending(#"{\#(wrong),"share":"media"}"#),
            .success(200, "a server that is not there", showing: #""error":"\#(nobodyListens)"}"#)
                .sending(#"{\#(nobody),"share":"media"}"#),
            .failure(400, "no share", "share is required").sending("{\(login)}"),
            .failure(400, "a path", "share must be the name of a share, without a path")
                .sending(#"{\#(login),"share":"media/films"}"#),
            .failure(403, "a role without the permission", "Insufficient permissions")
                .sending(#"{\#(login),"share":"media"}"#).by(.viewer),
        ])

    private static let testByQuery = EndpointOutcomes(
        "smb.testGet", "smb/test?\(query)&share=media",
        [
            .success(200, "a share", showing: reached).after(.shareServerThere),
            .success(200, "an unknown share", showing: missed).at("smb/test?\(query)&share=nowhere"),
            .failure(400, "no share", "share is required").at("smb/test?\(query)"),
            .failure(403, "a role without the permission", "Insufficient permissions").by(.viewer),
        ])

    private static let browsing = EndpointOutcomes(
        "smb.browse", "smb/browse",
        [
            .success(
                200, "a directory",
                showing:
                    #"[{"name":"films","path":"{found}/films","is_directory":true,"size":null,"modified":"#
            ).sending(#"{\#(login),"share":"media","path":"{found}"}"#).after(.shareServerThere),
            .success(
                200, "backslashes",
                showing: #"[{"name":"a.txt","path":"{found}/films/a.txt","is_directory":false,"size":10"#
            )
            .sending(#"{\#(login),"share":"media","path":"\\{found}\\films\\"}"#),
            .success(200, "the share", showing: #""path":"{found}""#).sending(#"{\#(login),"share":"media"}"#),
            .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
            .failure(400, "a file", "Path is not a directory")
                .sending(#"{\#(login),"share":"media","path":"{found}/films/a.txt"}"#),
            .failure(400, "a way out", "Invalid path").sending(#"{\#(login),"share":"media","path":"../etc"}"#),
            .failure(403, "a wrong password", "Authentication failed").sending(#"{\#(wrong),"share":"media"}"#),
            .failure(404, "an unknown share", "Share not found").sending(#"{\#(login),"share":"nowhere"}"#),
            .failure(404, "an unknown path", "Path not found")
                .sending(#"{\#(login),"share":"media","path":"{found}/nowhere"}"#),
            .failure(502, "a server that is not there", nobodyListens)
                .sending(#"{\#(nobody),"share":"media"}"#),
        ])
}
