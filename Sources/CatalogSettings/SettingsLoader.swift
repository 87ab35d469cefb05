import Glibc

/// Everything that settings are made of, so that the loader itself depends on nothing.
package struct SettingsSources: Sendable {
    /// Reads a file: nil when there is none.
    typealias ReadFile = @Sendable (String) throws(FileReadFailure) -> String?

    /// What the command line said, by key, as written.
    package var flags: [String: String] = [:]
    /// `--config`: nil looks in the usual places.
    package var configurationFile: String?
    /// Every variable of the process.
    package var environment: [String: String] = [:]
    /// Absolute; relative paths start here.
    package var workingDirectory: String
    package var processorCount = 1
    /// Whether standard error is a terminal.
    package var isTerminal = false
    var readFile: ReadFile = { path throws(FileReadFailure) in
        do throws(SystemCallFailure) {
            return try FileText.read(path)
        } catch {
            throw FileReadFailure(reason: error.reason)
        }
    }

    /// The owner of a directory that this user may not enter; nil when it may, or when there is no such directory.
    var foreignOwner: @Sendable (String) -> String? = { path in
        guard access(path, X_OK) != 0, errno == EACCES else { return nil }
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != geteuid() else { return nil }
        return getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(status.st_uid)"
    }

    /// - Parameter workingDirectory: absolute.
    package init(workingDirectory: String) {
        self.workingDirectory = workingDirectory
    }
}

/// A file that is there but cannot be read.
struct FileReadFailure: Error {
    let reason: String
}

/// Settings with where each of them came from.
package struct LoadedSettings: Sendable {
    /// The values.
    package let settings: Settings
    /// The YAML files that were read, main file first.
    package let files: [String]
    let resolved: ResolvedSettings
}

/// Lays flag, environment, main file, data directory's file and default over each other: the first that is set wins.
package struct SettingsLoader: Sendable {
    private let sources: SettingsSources
    private let context: SettingContext

    /// The main file when `--config` does not name one, in the order of looking.
    static let usualFiles = ["catalogizer.yaml", "/etc/catalogizer/catalogizer.yaml"]
    /// What the server itself writes, in the data directory.
    package static let dataDirectoryFileName = "settings.yaml"

    /// - Parameter sources: what to read; nothing else is looked at.
    package init(_ sources: SettingsSources) {
        self.sources = sources
        context = SettingContext(workingDirectory: sources.workingDirectory)
    }

    /// Reads every layer and checks every value in it, also those that a higher layer overrides.
    ///
    /// Blocks while it reads the files.
    /// - Throws: `SettingsError` with all that is wrong.
    package func load() throws(SettingsError) -> LoadedSettings {
        let environment = SettingsEnvironment(sources.environment, read: sources.readFile)
        var layers = [flagFindings, environment.findings]
        var problems = environment.problems
        var files: [String] = []
        if let main = try mainFile() {
            layers.append(main.findings)
            problems += main.problems
            files.append(main.path)
        }
        let dataDirectory = try dataDirectory(layers)
        let ownPath = dataDirectory + "/" + SettingsLoader.dataDirectoryFileName
        if let owner = sources.foreignOwner(dataDirectory) {
            throw SettingsError(problems: [.foreign(dataDirectory, owner: owner)])
        }
        if let own = try file(ownPath, layer: .dataDirectoryFile) {
            layers.append(own.findings)
            problems += own.problems
            files.append(ownPath)
        }
        for findings in layers { problems += refusals(findings) }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        layers.append(defaults(dataDirectory: dataDirectory))
        let merged = layers.reduce(into: [:]) { result, layer in result.merge(layer) { higher, _ in higher } }
        return try LoadedSettings(ResolvedSettings(findings: merged, context: context), files: files)
    }

    private var flagFindings: [String: SettingFinding] {
        var findings: [String: SettingFinding] = [:]
        for (key, text) in sources.flags {
            let place = SettingRegistry.definition(of: key)?.flag ?? "command line"
            findings[key] = SettingFinding(raw: .text(text), origin: SettingOrigin(layer: .flag, place: place))
        }
        return findings
    }

    private func mainFile() throws(SettingsError) -> SettingsFile? {
        if let chosen = sources.configurationFile {
            let path = FilePath.absolute(chosen, base: sources.workingDirectory)
            if let file = try file(path, layer: .mainFile) { return file }
            throw SettingsError(problems: [.unreadable(path, "there is no such file (--config)")])
        }
        for usual in SettingsLoader.usualFiles {
            let path = FilePath.absolute(usual, base: sources.workingDirectory)
            if let file = try file(path, layer: .mainFile) { return file }
        }
        return nil
    }

    private func file(_ path: String, layer: SettingLayer) throws(SettingsError) -> SettingsFile? {
        do {
            return try sources.readFile(path).map { SettingsFile(path: path, layer: layer, text: $0) }
        } catch {
            throw SettingsError(problems: [.unreadable(path, error.reason)])
        }
    }

    private func dataDirectory(_ layers: [[String: SettingFinding]]) throws(SettingsError) -> String {
        let setting = SettingRegistry.dataDirectory
        var findings = layers.compactMap { $0[setting.definition.key] }
        if case .value(let text) = setting.definition.fallback { findings.append(SettingsLoader.fallback(text)) }
        do throws(SettingProblem) {
            let first = findings.first.map { [setting.definition.key: $0] } ?? [:]
            return try ResolvedSettings(findings: first, context: context).value(setting)
        } catch {
            throw SettingsError(problems: [error])
        }
    }

    private func refusals(_ findings: [String: SettingFinding]) -> [SettingProblem] {
        SettingRegistry.all.compactMap { definition -> SettingProblem? in
            guard let finding = findings[definition.key] else { return nil }
            do throws(SettingRefusal) {
                try definition.check(finding.raw, context)
                return nil
            } catch {
                return .refused(finding, definition, error)
            }
        }
    }

    private func defaults(dataDirectory: String) -> [String: SettingFinding] {
        let surroundings = SettingSurroundings(
            dataDirectory: dataDirectory, processorCount: sources.processorCount, isTerminal: sources.isTerminal)
        var findings: [String: SettingFinding] = [:]
        for definition in SettingRegistry.all {
            switch definition.fallback {
            case .value(let text): findings[definition.key] = SettingsLoader.fallback(text)
            case .derived(_, let derive): findings[definition.key] = SettingsLoader.fallback(derive(surroundings))
            case .absent: break
            }
        }
        return findings
    }

    private static func fallback(_ text: String) -> SettingFinding {
        SettingFinding(
            raw: .text(text), origin: SettingOrigin(layer: .fallback, place: SettingLayer.fallback.rawValue))
    }
}

extension LoadedSettings {
    init(_ resolved: ResolvedSettings, files: [String]) throws(SettingsError) {
        do throws(SettingProblem) {
            settings = try Settings(resolved)
        } catch {
            throw SettingsError(problems: [error])
        }
        self.files = files
        self.resolved = resolved
    }
}
