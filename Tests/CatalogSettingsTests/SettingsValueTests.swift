import Testing

@testable import CatalogSettings

@Suite("Values of settings")
struct SettingsValueTests {
    @Test(
        "Values at the bounds are taken",
        arguments: [
            ("CATALOGIZER_SERVER_PORT", "0"), ("CATALOGIZER_SERVER_PORT", "65535"),
            ("CATALOGIZER_SERVER_HOST", "::"), ("CATALOGIZER_SERVER_HOST", "nas.local"),
            ("CATALOGIZER_SERVER_CORS_ALLOWED_ORIGINS", "*"),
            ("CATALOGIZER_SERVER_CORS_ALLOWED_ORIGINS", "http://[::1]:3000,https://a.example"),
            ("CATALOGIZER_SERVER_TRUSTED_PROXIES", "192.168.0.1,fd00::/8,0.0.0.0/0"),
            ("CATALOGIZER_SMB_ALLOWED_NETWORKS", "192.168.0.0/16,::1,fd00::/8,::ffff:10.0.0.0/104"),
            ("CATALOGIZER_SMB_ALLOW_GET", "false"), ("CATALOGIZER_RATE_LIMIT_API_PER_MINUTE", "0"),
            ("CATALOGIZER_SCAN_CONCURRENCY", "256"), ("CATALOGIZER_STORAGE_CHECK_INTERVAL", "0"),
            ("CATALOGIZER_AUTH_LOCKOUT_MINUTES", "10080"), ("CATALOGIZER_AUTH_ADMIN_USERNAME", "Çağla.Ö-7@x"),
            ("CATALOGIZER_AUTH_ADMIN_PASSWORD", "12345678"), ("CATALOGIZER_AUTH_ADMIN_EMAIL", "a@b"),
            ("CATALOGIZER_AUTH_REGISTRATION_ENABLED", "false"), ("CATALOGIZER_LOGGING_LEVEL", "critical"),
            ("CATALOGIZER_DATABASE_URL", "sqlite:relative.sqlite"),
            ("CATALOGIZER_CATALOG_MAX_UPLOAD_SIZE", "1152921504606846976"),
            ("CATALOGIZER_COPY_ALLOWED_LOCAL_PATHS", ""), ("CATALOGIZER_COPY_ALLOWED_LOCAL_PATHS", "/srv/in,/srv/out"),
            ("CATALOGIZER_SECRETS_MASTER_KEY", String(repeating: "ö", count: 32)),
        ])
    func accepted(variable: String, value: String) {
        #expect(SettingsFixture(environment: [variable: value]).complaints == [])
    }

    @Test(
        "Values beyond the bounds are refused by the name of their setting",
        arguments: [
            ("server.port", "-1"), ("server.port", "65536"), ("server.port", "+80"), ("server.port", "8080 "),
            ("server.port", ""),
            ("server.port", "99999999999999999999"), ("server.port", "0x50"), ("server.port", "8e3"),
            ("server.host", ""), ("server.host", "127.0.0.1:80"), ("server.host", "a b"), ("server.host", "http://x"),
            ("server.cors_allowed_origins", "https://a.example/"), ("server.cors_allowed_origins", "a.example"),
            ("server.cors_allowed_origins", "https://a:0"), ("server.cors_allowed_origins", "https://a,,https://b"),
            ("server.trusted_proxies", "10.0.0.0/33"), ("server.trusted_proxies", "proxy.local"),
            ("server.trusted_proxies", "10.0.0.0/+8"), ("server.trusted_proxies", "10.0.0.0/8/8"),
            ("smb.allowed_networks", "nas.local"), ("smb.allowed_networks", "10.0.0.0/33"), ("smb.allow_get", "no"),
            ("data_dir", ""), ("database.url", "sqlite:"), ("database.url", "sqlite::memory:"),
            ("database.url", "/x.sqlite"),
            ("database.url", "mysql://x"), ("auth.jwt_secret", String(repeating: "k", count: 31)),
            ("auth.admin_username", "ab"), ("auth.admin_username", "a b c"), ("auth.admin_password", "1234567"),
            ("auth.admin_email", "nobody"), ("auth.admin_email", "a@b@c"), ("auth.admin_email", "a@b c"),
            ("auth.registration_enabled", "yes"), ("auth.registration_enabled", "TRUE"),
            ("auth.lockout_failures", "0"), ("auth.lockout_minutes", "10081"),
            ("rate_limit.auth_per_minute", "1000001"),
            ("storage.check_interval", "-1"), ("storage.check_interval", "86401"), ("scan.concurrency", "0"),
            ("scan.concurrency", "257"), ("scan.skip_names", "a/b"),
            ("scan.skip_names", String(repeating: "x,", count: 1_001)),
            ("logging.level", "INFO"), ("logging.format", "xml"),
            ("catalog.max_archive_size", "-1"), ("catalog.max_upload_size", "-1"), ("catalog.max_upload_size", "1 GiB"),
            ("catalog.max_upload_size", "1152921504606846977"), ("copy.allowed_local_paths", "/srv,,/data"),
        ])
    func refused(key: String, value: String) throws {
        let definition = try #require(SettingRegistry.definition(of: key))
        let complaints = SettingsFixture(environment: [definition.environmentName: value]).complaints
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("\(key): \"") == true)
        #expect(complaints.first?.contains("; accepted: \(definition.accepted)") == true)
    }

    @Test("A quoted number is a number, and an unquoted one may be a text")
    func scalarStyles() throws {
        let settings = try SettingsFixture(main: "server: {port: \"81\"}\nauth: {admin_username: 12345}").load()
            .settings
        #expect(settings.server.port == 81)
        #expect(settings.authentication.adminUsername == "12345")
    }

    @Test("Passwords inside of URLs are masked, whatever they contain")
    func urlPasswords() {
        #expect(URLPassword.masked("sqlite:/a:b@c") == "sqlite:/a:b@c")
        #expect(URLPassword.masked("postgres://u:p@h/d") == "postgres://u:***@h/d")
        #expect(URLPassword.masked("postgres://u:p/q@r@h/d") == "postgres://u:***@h/d")
        #expect(URLPassword.masked("postgres://h/d?Password=x&y=z") == "postgres://h/d?Password=***&y=z")
        #expect(URLPassword.masked("postgres://u@h/d") == "postgres://u@h/d")
    }

    @Test("A secret prints as stars in every way that Swift can print")
    func secretText() {
        let secret = SecretText("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }
}

@Suite("The registry of settings")
struct SettingRegistryTests {
    @Test("Keys, variables and flags are unique, and every default is accepted")
    func consistency() throws {
        let all = SettingRegistry.all
        #expect(Set(all.map(\.key)).count == all.count)
        let variables = all.flatMap { [$0.environmentName, $0.environmentFileName].compactMap(\.self) }
        #expect(Set(variables).count == variables.count)
        #expect(Set(all.compactMap(\.flag)).count == all.compactMap(\.flag).count)
        #expect(SettingsFixture().complaints == [])
    }

    @Test("Changing any setting changes what the program reads: none is dead")
    func everySettingIsRead() throws {
        let secret = String(repeating: "k", count: 40)
        let others: [String: String] = [
            "server.host": "0.0.0.0", "server.port": "1", "server.tls.certificate": "/c", "server.tls.key": "/k",
            "server.trusted_proxies": "::1", "server.cors_allowed_origins": "*", "data_dir": "/d",
            "database.url": "sqlite:/x", "database.connections": "9", "database.allow_network_file_system": "true",
            "temp_dir": "/t", "auth.jwt_secret": secret,
            "auth.admin_username": "root",
            "auth.admin_password": secret, "auth.admin_email": "a@b", "auth.registration_enabled": "false",
            "auth.lockout_failures": "9", "auth.lockout_minutes": "9", "secrets.master_key": secret,
            "rate_limit.auth_per_minute": "9", "rate_limit.api_per_minute": "9", "storage.allowed_local_roots": "/r",
            "copy.allowed_local_paths": "/in", "catalog.max_upload_size": "9",
            "catalog.max_archive_size": "9",
            "storage.check_interval": "9",
            "smb.allowed_networks": "10.0.0.0/8", "smb.allow_get": "false", "scan.concurrency": "9",
            "scan.watch": "false",
            "scan.skip_names": "x", "search.engine": "database", "worker.roots": "attic", "logging.level": "debug",
            "logging.format": "text",
        ]
        let defaults = try SettingsFixture().load().settings
        #expect(Set(others.keys) == Set(SettingRegistry.all.map(\.key)))
        for definition in SettingRegistry.all {
            var flags = [definition.key: try #require(others[definition.key])]
            if definition.key.hasPrefix("server.tls.") {
                flags["server.tls.certificate"] = "/c"
                flags["server.tls.key"] = "/k"
            }
            #expect(try SettingsFixture(flags: flags).load().settings != defaults, "\(definition.key)")
        }
    }

    @Test("The listing shows every setting with its layer, and no secret")
    func listing() throws {
        let secret = String(repeating: "s3cr3t", count: 8)
        let rows = try SettingsFixture(
            flags: ["logging.level": "debug"],
            environment: ["CATALOGIZER_AUTH_JWT_SECRET": secret, "CATALOGIZER_AUTH_ADMIN_PASSWORD": secret],
            main: "server:\n  host: \"::1\"\n"
        ).load().rows
        #expect(rows.map(\.key) == SettingRegistry.all.map(\.key))
        #expect(!"\(rows)".contains("s3cr3t"))
        func row(_ key: String) -> SettingRow? { rows.first { $0.key == key } }
        #expect(row("auth.jwt_secret")?.value == "***")
        #expect(row("auth.jwt_secret")?.origin.layer == .environment)
        #expect(row("logging.level")?.origin == SettingOrigin(layer: .flag, place: "--log-level"))
        #expect(row("server.host")?.origin.place == "/srv/place/catalogizer.yaml:2")
        #expect(row("secrets.master_key")?.value == nil)
        #expect(row("secrets.master_key")?.fallback == "made once, kept in <data_dir>/master-key")
        #expect(row("secrets.master_key")?.origin.layer == .fallback)
    }

    @Test("The table of the documentation has one row a setting, each with the same columns")
    func markdown() {
        let lines = SettingsDocumentation.markdown.split(separator: "\n")
        #expect(lines.count == SettingRegistry.all.count + 2)
        for line in lines {
            let columns = line.replacing("\\|", with: "").split(separator: "|", omittingEmptySubsequences: false)
            #expect(columns.count == 6, "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix("| `server.port` | `8080` | a whole number from 0 to 65535 |") })
    }
}
