import CatalogCore
import Foundation

@testable import CatalogSettings

/// Settings out of texts, with no file system behind them.
struct SettingsFixture {
    static let workingDirectory = "/srv/place"
    static let mainFile = "/srv/place/catalogizer.yaml"
    static let ownFile = "/srv/place/data/settings.yaml"
    var sources = SettingsSources(workingDirectory: workingDirectory)

    init(
        flags: [String: String] = [:], environment: [String: String] = [:], main: String? = nil, own: String? = nil,
        files: [String: String] = [:]
    ) {
        var all = files
        all[Self.mainFile] = main
        all[Self.ownFile] = own
        let contents = all
        sources.flags = flags
        sources.environment = environment
        sources.processorCount = 4
        sources.readFile = { path throws(FileReadFailure) in
            if path.hasSuffix("/forbidden.yaml") { throw FileReadFailure(reason: "Permission denied") }
            return contents[path]
        }
    }

    func load() throws(SettingsError) -> LoadedSettings {
        try SettingsLoader(sources).load()
    }

    /// The lines of the error, or none when the settings are fine.
    var complaints: [String] {
        do {
            _ = try load()
            return []
        } catch {
            return error.problems.map(\.text)
        }
    }
}

/// A directory of the test's own, removed with the fixture.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        let parent = FileManager.default.temporaryDirectory.path
        path = "\(parent)/catalogizer-settings-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Mode bits of a name below the directory.
    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return (attributes[.posixPermissions] as? Int) ?? -1
    }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path + "/" + name)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }

    func exists(_ name: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path + "/" + name)) != nil
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
