import ArgumentParser
import CatalogCore
import CatalogSettings
import Foundation
import Logging
import Testing

@testable import catalogizer

@Suite("The command line")
struct CommandLineTests {
    @Test(
        "Every documented form is understood",
        arguments: [
            "serve",
            "serve --port 0 --host :: --data-dir /d --database-url sqlite:/x --log-level debug --config /c.yaml",
            "storage add nas smb://host/share --username me --password-file /p", "storage list --json",
            "storage test nas", "storage remove nas", "scan nas", "scan nas --full", "scan nas --quick --confirm",
            "scan nas --verify --json", "search matrix --root nas --limit 5", "user add ada --email a@b --role admin",
            "user add ada --email a@b --password-stdin", "user list", "user reset-password ada --password-file /p",
            "user lock ada", "user lock ada --until 2030-01-01T00:00:00Z", "user unlock ada",
            "user set-role ada moderator", "role list --json", "doctor --json", "openapi", "settings list",
            "settings list --markdown",
        ])
    func accepted(line: String) throws {
        _ = try Catalogizer.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(
        "Wrong usage ends with 64",
        arguments: [
            "nonsense", "scan", "scan nas --full --quick", "search", "search x --limit 0", "search x --limit 1001",
            "search x --limit many", "storage", "storage add nas", "user add ada", "serve --prot 80",
            "user add ada --email a@b --password-file /p --password-stdin", "user add ada --email a@b --password x",
            "settings list --markdown --json", "user lock ada --until tomorrow", "user set-role ada",
        ])
    func refused(line: String) {
        do {
            var command = try Catalogizer.parseAsRoot(line.split(separator: " ").map(String.init))
            // A group of commands without one shows its help, which is no error.
            if line == "storage" { try command.run() }
            #expect(line == "storage")
        } catch {
            let expected: ExitCode = line == "storage" ? .success : .validationFailure
            #expect(Catalogizer.exitCode(for: error) == expected)
            #expect(CommandFailure(error).report == nil)
        }
    }

    @Test("Each kind of error has its exit code", arguments: CatalogError.Code.allCases)
    func exitCodes(code: CatalogError.Code) {
        let report = CommandFailure(CatalogError(code, "text", cause: "reason")).report
        #expect(report?.code == (code == .invalidArgument || code == .unsupported ? 64 : 1))
        #expect(report?.lines.prefix(2) == ["catalogizer: text", "  cause: reason"])
    }

    @Test("Wrong settings end with 64 and one line for each problem")
    func settingsError() {
        let error = #expect(throws: SettingsError.self) {
            var sources = SettingsSources(workingDirectory: "/nowhere")
            sources.environment = ["CATALOGIZER_A": "1", "CATALOGIZER_SERVER_PORT": "x"]
            _ = try SettingsLoader(sources).load()
        }
        let report = error.flatMap { CommandFailure($0).report }
        #expect(report?.code == 64)
        #expect(report?.lines.count == 2)
    }

    @Test("A password file gives its first line; an empty one is refused")
    func passwordFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("password-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("first line\r\nsecond\n".utf8).write(to: file)
        #expect(try PasswordInput.firstLine(of: file.path).exposed == "first line")
        try Data("\nsecond\n".utf8).write(to: file)
        #expect(throws: CatalogError.self) { try PasswordInput.firstLine(of: file.path) }
        #expect(throws: CatalogError.self) { try PasswordInput.firstLine(of: file.path + "-none") }
    }

    @Test("A generated password has twenty characters and is never the same")
    func generatedPassword() {
        #expect(GeneratedPassword.make().exposed.count == 20)
        #expect(GeneratedPassword.make() != GeneratedPassword.make())
    }
}

@Suite("The limit of open files")
struct OpenFileLimitTests {
    @Test("A hard limit below what a full server needs is noted with what to do, and one above is not")
    func check() {
        #expect(OpenFileLimit.check(hard: OpenFileLimit.needed) == nil)
        let check = OpenFileLimit.check(hard: 1_024)
        #expect(check?.status == .note)
        #expect(check?.message.contains("1,024") == true)
        #expect(check?.remedy?.contains("LimitNOFILE") == true)
    }
}

@Suite("The log")
struct LogTests {
    private func line(_ message: String, _ fields: [(key: String, value: String)] = []) -> LogLine {
        LogLine(
            microseconds: 1_705_314_600_042_000, level: .info, component: "http", message: message, fields: fields)
    }

    @Test("A line is one JSON object with the documented fields first")
    func json() throws {
        let text = line("a \"b\"\n\u{1}", [("request_id", "r1"), ("time", "x")]).json
        #expect(
            text == "{\"time\":\"2024-01-15T10:30:00.042Z\",\"level\":\"info\",\"component\":\"http\","
                + "\"msg\":\"a \\\"b\\\"\\n\\u0001\",\"request_id\":\"r1\",\"time_\":\"x\"}")
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    @Test("On a terminal a line is text, and no value can break out of it")
    func text() {
        #expect(
            line("done\n", [("path", "a b\u{1B}")]).text(usesColor: false)
                == "10:30:00.042 info     http: done\\u{A} path=\"a b\\u{1B}\"")
        #expect(
            line("x", [("id", #"a" user_id="1"#), ("path", #"\"#)]).text(usesColor: false)
                == #"10:30:00.042 info     http: x id="a\" user_id=\"1" path="\\""#)
        #expect(line("x").text(usesColor: true).contains("\u{1B}[36minfo"))
    }

    @Test("Secrets never reach a line, by their name, by their text or in a URL")
    func redaction() {
        let redaction = LogRedaction(secrets: [SecretText("s3cr3t-key")])
        #expect(redaction.value("abc", of: "new_password") == "***")
        #expect(redaction.value("abc", of: "Authorization") == "***")
        #expect(redaction.value("smb://me:abc@nas/x", of: "url") == "smb://me:***@nas/x")
        #expect(redaction.text("key is s3cr3t-key.") == "key is ***.")
        #expect(redaction.value("abc", of: "path") == "abc")
    }
}
