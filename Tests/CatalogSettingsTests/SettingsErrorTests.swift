import Testing

@testable import CatalogSettings

@Suite("Settings that are refused")
struct SettingsErrorTests {
    @Test("An unknown key is named with its place and the nearest name")
    func unknownKey() {
        #expect(
            SettingsFixture(main: "server:\n  prot: 80\n").complaints
                == ["server.prot is not a setting (/srv/place/catalogizer.yaml:2); did you mean server.port?"])
        #expect(
            SettingsFixture(main: "srever:\n  port: 80\n").complaints
                == ["srever.port is not a setting (/srv/place/catalogizer.yaml:1); did you mean server.port?"])
        #expect(
            SettingsFixture(main: "port: 80\n").complaints
                == ["port is not a setting (/srv/place/catalogizer.yaml:1); did you mean server.port?"])
        #expect(
            SettingsFixture(own: "zzzzzzzz: 1\n").complaints
                == [
                    "zzzzzzzz is not a setting (/srv/place/data/settings.yaml:1); `catalogizer settings list --markdown` shows "
                        + "every "
                        + "setting there is"
                ])
    }

    @Test("An unknown variable of ours is named with the nearest one; variables of others are left alone")
    func unknownVariable() {
        let fixture = SettingsFixture(environment: [
            "CATALOGIZER_SERVER_PROT": "80", "CATALOGIZER_SERVER_PORT_FILE": "/x", "OTHER_PORT": "1",
        ])
        #expect(
            fixture.complaints
                == [
                    "CATALOGIZER_SERVER_PORT_FILE is not a setting (environment); did you mean "
                        + "CATALOGIZER_SERVER_PORT?",
                    "CATALOGIZER_SERVER_PROT is not a setting (environment); did you mean CATALOGIZER_SERVER_PORT?",
                ].map { $0 })
    }

    @Test("A value that does not parse is named with its place and what is accepted")
    func badValue() {
        let accepted = "accepted: a whole number from 0 to 65535"
        #expect(
            SettingsFixture(environment: ["CATALOGIZER_SERVER_PORT": "eighty"]).complaints
                == ["server.port: \"eighty\" is not accepted (CATALOGIZER_SERVER_PORT); \(accepted)"])
        #expect(
            SettingsFixture(flags: ["server.port": "65536"]).complaints
                == ["server.port: \"65536\" is not accepted (--port); \(accepted)"])
        #expect(
            SettingsFixture(main: "server: {port: [1, 2]}").complaints
                == ["server.port: \"1,2\" is a list (/srv/place/catalogizer.yaml:1); \(accepted)"])
    }

    @Test("Everything that is wrong is said at once, also below a layer that wins")
    func everything() {
        let fixture = SettingsFixture(
            flags: ["server.port": "80"], environment: ["CATALOGIZER_LOGGING_LEVEL": "loud"],
            main: "server: {port: none}\nscan: {concurrency: 0}\n")
        #expect(
            fixture.complaints == [
                "logging.level: \"loud\" is not accepted (CATALOGIZER_LOGGING_LEVEL); accepted: one of trace, debug, "
                    + "info, "
                    + "notice, warning, error, critical",
                "server.port: \"none\" is not accepted (/srv/place/catalogizer.yaml:1); accepted: a whole number "
                    + "from 0 to 65535",
                "scan.concurrency: \"0\" is not accepted (/srv/place/catalogizer.yaml:2); accepted: a whole number "
                    + "from 1 to 256",
            ])
    }

    @Test(
        "A wrong shape is named",
        arguments: [
            (
                "server: 80\n",
                "server is a single value (/srv/place/catalogizer.yaml:1); accepted: names of settings with their "
                    + "values, "
                    + "one a line"
            ),
            (
                "- a\n",
                "/srv/place/catalogizer.yaml is a list (/srv/place/catalogizer.yaml:1); accepted: names of "
                    + "settings with "
                    + "their values, one a line"
            ),
            (
                "temp_dir: {a: b}\n",
                "temp_dir is a group of settings (/srv/place/catalogizer.yaml:1); accepted: the path of a directory"
            ),
            (
                "server: {cors_allowed_origins: \"*\"}\n",
                "server.cors_allowed_origins is a single value (/srv/place/catalogizer.yaml:1); accepted: a list "
                    + "(comma-separated in the environment) of: an origin such as https://media.example.org, without "
                    + "a path, or *"
            ),
            (
                "server:\n  port:\n",
                "server.port has no value (/srv/place/catalogizer.yaml:2); remove the line for the default, 8080"
            ),
            (
                "server.port: 80\n",
                "server.port is written with a dot (/srv/place/catalogizer.yaml:1); write each part on its own "
                    + "line, indented"
            ),
            (
                "storage: {allowed_local_roots: []}\n",
                "storage.allowed_local_roots: \"\" is an empty list (/srv/place/catalogizer.yaml:1); accepted: a "
                    + "list (at "
                    + "least one, comma-separated in the environment) of: the path of a directory"
            ),
        ])
    func wrongShape(text: String, complaint: String) {
        #expect(SettingsFixture(main: text).complaints == [complaint])
    }

    @Test("A key that stands twice is refused")
    func duplicate() throws {
        let complaints = SettingsFixture(main: "server:\n  port: 1\n  port: 2\n").complaints
        #expect(complaints.count == 1)
        let complaint = try #require(complaints.first)
        #expect(complaint.hasPrefix("port stands twice (/srv/place/catalogizer.yaml, in the group at line"))
    }

    @Test("Text that is no YAML is refused with its line and without the text, which may be a secret")
    func noYAML() throws {
        let complaints = SettingsFixture(main: "auth:\n  jwt_secret: \"hunter2\n").complaints
        let complaint = try #require(complaints.first)
        #expect(complaint.hasPrefix("/srv/place/catalogizer.yaml:"))
        #expect(complaint.hasSuffix("(not valid YAML)"))
        #expect(!complaint.contains("hunter2"))
    }

    @Test("data_dir cannot stand in the file that is found through it")
    func dataDirectoryInside() {
        #expect(
            SettingsFixture(own: "data_dir: /elsewhere\n").complaints == [
                "data_dir cannot stand in this file (/srv/place/data/settings.yaml:1), which is found through it"
            ])
    }

    @Test("Secrets never appear in an error")
    func maskedSecrets() {
        #expect(
            SettingsFixture(environment: ["CATALOGIZER_AUTH_JWT_SECRET": "hunter2"]).complaints
                == [
                    "auth.jwt_secret: \"***\" is not accepted (CATALOGIZER_AUTH_JWT_SECRET); accepted: 32 to 4096 "
                        + "characters"
                ])
        #expect(
            SettingsFixture(main: "database: {url: \"mysql://cat:hunter2@db/x?password=hunter3&a=b\"}").complaints
                == [
                    "database.url: \"mysql://cat:***@db/x?password=***&a=b\" is not accepted "
                        + "(/srv/place/catalogizer.yaml:1); accepted: sqlite:PATH, or "
                        + "postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=…"
                ])
    }

    @Test("A secret and its file cannot both be set, and the file must be there")
    func secretFiles() {
        let key = String(repeating: "k", count: 32)
        let name = "CATALOGIZER_SECRETS_MASTER_KEY"
        #expect(
            SettingsFixture(environment: [name: key, name + "_FILE": "/run/key"]).complaints
                == ["\(name) and \(name)_FILE are both set; keep one"])
        #expect(
            SettingsFixture(environment: [name + "_FILE": "/run/key"]).complaints
                == ["/run/key cannot be read: there is no such file (\(name)_FILE)"])
    }

    @Test("A certificate needs its key, and the other way round")
    func certificateAndKey() {
        #expect(
            SettingsFixture(main: "server: {tls: {certificate: /c.pem}}").complaints == [
                "server.tls.certificate is set but server.tls.key is not; set both, or neither for plain HTTP"
            ])
        #expect(
            SettingsFixture(main: "server: {tls: {key: /k.pem}}").complaints == [
                "server.tls.key is set but server.tls.certificate is not; set both, or neither for plain HTTP"
            ])
    }

    @Test("The error prints one line for each problem")
    func description() throws {
        let error = #expect(throws: SettingsError.self) {
            try SettingsFixture(main: "a: 1\nb: 2\n").load()
        }
        #expect(error?.description.split(separator: "\n").count == 2)
    }
}
