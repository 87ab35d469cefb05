import ArgumentParser
import CatalogSettings

/// Finds out what is wrong.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check settings, data directory, database, tools and storage roots.",
        discussion: "Says what is broken and what to do about it; exit code 1 when something is. Repairs nothing.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let console = Console.standard
        let checks = await self.checks()
        if output.json {
            try console.print(objects: checks)
        } else {
            var table = TextTable([.init("STATUS"), .init("CHECK"), .init("RESULT")])
            for check in checks {
                table.add([check.status.rawValue, check.check, check.message])
                if let remedy = check.remedy { table.add(["", "", remedy]) }
            }
            // Advice that is cut off is no advice.
            for line in table.lines(width: nil) { try console.print(line) }
        }
        if checks.contains(where: { $0.status == .broken }) { throw ExitCode(CommandFailure.failed) }
    }

    /// Settings that cannot be read are what is broken; nothing else can be looked at then.
    private func checks() async -> [DoctorCheck] {
        do {
            let session = try CommandSession(options)
            return await Doctor(session.loaded, log: session.log).checks()
        } catch let error as SettingsError {
            return error.problems.map { .broken("settings", $0.text) }
        } catch {
            return [.broken("settings", "\(error)")]
        }
    }
}
