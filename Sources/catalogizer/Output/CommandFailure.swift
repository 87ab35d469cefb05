import ArgumentParser
import CatalogCore
import CatalogSettings
import Glibc

/// How a command that failed ends: what went wrong and what to do next on standard error, and the exit code.
struct CommandFailure {
    private let error: any Error

    init(_ error: any Error) {
        self.error = error
    }

    /// Failed while doing what was asked.
    static let failed: Int32 = 1
    /// Asked wrongly: arguments or settings (`EX_USAGE` of sysexits.h).
    static let badUsage: Int32 = 64

    /// The exit code, with the lines for standard error.
    ///
    /// Nil for errors that the argument parser prints itself, such as `--help` and wrong arguments.
    var report: (code: Int32, lines: [String])? {
        switch error {
        case let error as SettingsError:
            (
                error.problems.contains(where: \.isMistake) ? Self.badUsage : Self.failed,
                error.problems.map { "catalogizer: \($0.text)" }
            )
        case let error as CatalogError:
            (Self.code(of: error), Self.lines(of: error))
        case is CancellationError:
            (Self.failed, ["catalogizer: stopped"])
        default: nil
        }
    }

    /// How long the end of the program waits for whoever reads the log.
    static let flushSeconds = 1.0

    func end() -> Never {
        LogWriter.standard.flush(within: Self.flushSeconds)
        guard let report else { Catalogizer.exit(withError: error) }
        for line in report.lines { Console.standard.say(line) }
        exit(report.code)
    }

    private static func code(of error: CatalogError) -> Int32 {
        switch error.code {
        case .invalidArgument, .unsupported: badUsage
        default: failed
        }
    }

    private static func lines(of error: CatalogError) -> [String] {
        var lines = ["catalogizer: \(error.message)"]
        // The person at the command line is the operator, for whom the log is written too.
        if let cause = error.cause, cause != error.message { lines.append("  cause: \(cause)") }
        if let hint = hint(for: error) { lines.append("  \(hint)") }
        return lines.map { TerminalText.safe($0) }
    }

    private static func hint(for error: CatalogError) -> String? {
        switch error.code {
        case .internalError, .dataLoss: "`catalogizer doctor` checks what may be wrong."
        case .storageUnavailable, .timedOut: "`catalogizer storage test NAME` tries to reach one storage root."
        default: nil
        }
    }
}
