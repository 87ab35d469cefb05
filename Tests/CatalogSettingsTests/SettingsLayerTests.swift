import Testing

@testable import CatalogSettings

@Suite("Layers of settings")
struct SettingsLayerTests {
    static let pairs = SettingLayer.allCases.enumerated().flatMap { index, higher in
        SettingLayer.allCases[(index + 1)...].map { (higher, $0) }
    }

    @Test("Of two layers that set the port, the earlier one wins", arguments: pairs)
    func precedence(higher: SettingLayer, lower: SettingLayer) throws {
        let ports: [SettingLayer: Int] = [.flag: 1001, .environment: 1002, .mainFile: 1003, .dataDirectoryFile: 1004]
        func port(_ layer: SettingLayer) -> Int? { layer == higher || layer == lower ? ports[layer] : nil }
        let fixture = SettingsFixture(
            flags: port(.flag).map { ["server.port": "\($0)"] } ?? [:],
            environment: port(.environment).map { ["CATALOGIZER_SERVER_PORT": "\($0)"] } ?? [:],
            main: port(.mainFile).map { "server:\n  port: \($0)\n" },
            own: port(.dataDirectoryFile).map { "server: {port: \($0)}\n" })
        let loaded = try fixture.load()
        #expect(loaded.settings.server.port == ports[higher])
        #expect(loaded.rows.first { $0.key == "server.port" }?.origin.layer == higher)
    }

    @Test("Without any layer the documented defaults hold")
    func defaults() throws {
        let settings = try SettingsFixture().load().settings
        #expect(settings.server.host == "127.0.0.1")
        #expect(settings.server.port == 8080)
        #expect(settings.server.tls == nil)
        #expect(settings.server.trustedProxies == [])
        #expect(settings.dataDirectory == "/srv/place/data")
        #expect(settings.database == .sqlite(path: "/srv/place/data/catalogizer.sqlite"))
        #expect(settings.temporaryDirectory == "/srv/place/data/tmp")
        #expect(settings.authentication.adminUsername == "admin")
        #expect(settings.authentication.jwtSecret == nil)
        #expect(settings.authentication.isRegistrationEnabled)
        #expect(settings.authentication.lockoutFailures == 5)
        #expect(settings.authentication.lockoutMinutes == 15)
        #expect(settings.rateLimits == Settings.RateLimits(authPerMinute: 5, apiPerMinute: 100))
        #expect(settings.allowedLocalRoots == nil)
        #expect(settings.scan.concurrency == 8)
        #expect(settings.scan.skipNames.count == 10)
        #expect(settings.scan.skipNames.contains("System Volume Information"))
        #expect(settings.logging.level == .info)
        #expect(settings.logging.format == .json)
    }

    @Test("On a terminal the log is text unless set otherwise")
    func terminalFormat() throws {
        var fixture = SettingsFixture()
        fixture.sources.isTerminal = true
        #expect(try fixture.load().settings.logging.format == .text)
        fixture.sources.environment = ["CATALOGIZER_LOGGING_FORMAT": "json"]
        #expect(try fixture.load().settings.logging.format == .json)
    }

    @Test("What depends on data_dir follows it, from any layer")
    func derivedDefaults() throws {
        let settings = try SettingsFixture(
            environment: ["CATALOGIZER_DATA_DIR": "/srv/./catalog/"],
            files: ["/srv/catalog/settings.yaml": "temp_dir: /fast"]
        ).load().settings
        #expect(settings.dataDirectory == "/srv/catalog")
        #expect(settings.database == .sqlite(path: "/srv/catalog/catalogizer.sqlite"))
        #expect(settings.temporaryDirectory == "/fast")
    }

    @Test("--config replaces the usual places, and must exist")
    func chosenFile() throws {
        var fixture = SettingsFixture(main: "server: {port: 1}", files: ["/srv/place/other.yaml": "server: {port: 2}"])
        fixture.sources.configurationFile = "other.yaml"
        #expect(try fixture.load().settings.server.port == 2)
        fixture.sources.configurationFile = "missing.yaml"
        #expect(fixture.complaints == ["/srv/place/missing.yaml cannot be read: there is no such file (--config)"])
        fixture.sources.configurationFile = "forbidden.yaml"
        #expect(fixture.complaints == ["/srv/place/forbidden.yaml cannot be read: Permission denied"])
    }

    @Test("The file in /etc is read only when the working directory has none")
    func usualPlaces() throws {
        let etc = ["/etc/catalogizer/catalogizer.yaml": "server: {port: 7, host: \"::1\"}"]
        #expect(try SettingsFixture(files: etc).load().settings.server.port == 7)
        let both = try SettingsFixture(main: "server: {port: 8}", files: etc).load()
        #expect(both.settings.server.port == 8)
        #expect(both.settings.server.host == "127.0.0.1")
        #expect(both.files == [SettingsFixture.mainFile])
    }

    @Test("A secret may stand in a file that a variable names; its last line feed is not part of it")
    func secretFile() throws {
        let key = String(repeating: "k", count: 32)
        let fixture = SettingsFixture(
            environment: ["CATALOGIZER_AUTH_JWT_SECRET_FILE": "/run/key"], files: ["/run/key": key + "\n"])
        let loaded = try fixture.load()
        #expect(loaded.settings.authentication.jwtSecret?.exposed == key)
        #expect(loaded.rows.first { $0.key == "auth.jwt_secret" }?.origin.place == "CATALOGIZER_AUTH_JWT_SECRET_FILE")
    }

    @Test(
        "An empty file, and an empty group, change nothing",
        arguments: ["", "# nothing\n", "server:\n", "server: {}\n"])
    func emptyFiles(text: String) throws {
        #expect(try SettingsFixture(main: text).load().settings == SettingsFixture().load().settings)
    }

    @Test("Lists are YAML sequences, or comma-separated in the environment")
    func lists() throws {
        let yaml = "server:\n  trusted_proxies: [10.0.0.0/8, \"::1\"]\nscan:\n  skip_names: []\n"
        let fromFile = try SettingsFixture(main: yaml).load().settings
        #expect(fromFile.server.trustedProxies == ["10.0.0.0/8", "::1"])
        #expect(fromFile.scan.skipNames == [])
        let fromEnvironment = try SettingsFixture(environment: [
            "CATALOGIZER_SERVER_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "CATALOGIZER_SCAN_SKIP_NAMES": "",
            "CATALOGIZER_STORAGE_ALLOWED_LOCAL_ROOTS": "/srv,media",
        ]).load().settings
        #expect(fromEnvironment.server.trustedProxies == ["10.0.0.0/8", "::1"])
        #expect(fromEnvironment.scan.skipNames == [])
        #expect(fromEnvironment.allowedLocalRoots == ["/srv", "/srv/place/media"])
    }

    @Test("A dollar sign is a dollar sign: nothing is expanded")
    func noExpansion() throws {
        let loaded = try SettingsFixture(
            environment: ["HOME": "/root"], main: "temp_dir: \"/x/${HOME}\""
        ).load()
        #expect(loaded.settings.temporaryDirectory == "/x/${HOME}")
    }

    @Test("SIGHUP applies what may change and names what must wait")
    func reload() throws {
        let old = try SettingsFixture(main: "logging: {level: info}\nserver: {port: 1}").load()
        let new = try SettingsFixture(
            main: "logging: {level: debug}\nserver: {port: 2, tls: {certificate: /c.pem, key: /k.pem}}\n"
                + "auth: {registration_enabled: false, lockout_failures: 7}"
        ).load()
        let reload = try old.reloading(new)
        #expect(reload.applied == ["auth.registration_enabled", "auth.lockout_failures", "logging.level"])
        #expect(reload.waiting == ["server.port", "server.tls.certificate", "server.tls.key"])
        #expect(reload.loaded.settings.logging.level == .debug)
        #expect(reload.loaded.settings.server.port == 1)
        #expect(reload.loaded.settings.server.tls == nil)
        #expect(reload.loaded.settings.authentication.lockoutFailures == 7)
        #expect(try reload.loaded.reloading(new).waiting == reload.waiting, "it is said again until the restart")
    }
}
