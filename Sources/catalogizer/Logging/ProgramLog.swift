import CatalogCore
import CatalogSettings
import Glibc
import Logging
import Synchronization

/// Where every logger of the program writes: standard error, one line for each event.
final class ProgramLog: Sendable {
    /// What may change while the program runs.
    private struct State {
        var level: Logger.Level
        var format: Settings.LogFormat
        var redaction = LogRedaction()
    }

    private let writer = LogWriter.standard
    private let usesColor: Bool
    private let state: Mutex<State>

    private init(_ settings: Settings.Logging, least: Logger.Level) {
        usesColor = Console.standard.talk.usesColor
        state = Mutex(State(level: max(least, Self.level(settings.level)), format: settings.format))
    }

    /// Makes this the log of every `Logger` of the process; to be called once, before the first one is made.
    ///
    /// What is below `least` is left out whatever the settings say.
    static func start(_ settings: Settings.Logging, least: Logger.Level = .trace) -> ProgramLog {
        let log = ProgramLog(settings, least: least)
        LoggingSystem.bootstrap { label in ProgramLogHandler(component: label, log: log) }
        return log
    }

    /// The level in force; a running server changes it on SIGHUP.
    var level: Logger.Level {
        get { state.withLock { $0.level } }
        set { state.withLock { $0.level = newValue } }
    }

    /// Takes over settings that were read again.
    func apply(_ settings: Settings.Logging) {
        state.withLock {
            $0.level = Self.level(settings.level)
            $0.format = settings.format
        }
    }

    /// Hides these texts from now on.
    func hide(_ secrets: [SecretText]) {
        state.withLock { $0.redaction = LogRedaction(secrets: secrets) }
    }

    /// Hands the whole line to the writer, so that lines of several threads never mix and nobody waits.
    func write(_ event: LogEvent, component: String, metadata: Logger.Metadata) {
        let (redaction, format) = state.withLock { ($0.redaction, $0.format) }
        var fields = metadata.map { ($0.key, redaction.value("\($0.value)", of: $0.key)) }
        if let error = event.error { fields.append(("error", redaction.text("\(error)"))) }
        let line = LogLine(
            microseconds: TimeSource.system.now, level: event.level, component: component,
            message: redaction.text("\(event.message)"), fields: fields.sorted { $0.0 < $1.0 })
        write(line, format)
        reportDropped(format)
    }

    private func write(_ line: LogLine, _ format: Settings.LogFormat) {
        writer.write(format == .json ? line.json : line.text(usesColor: usesColor))
    }

    /// Says how many lines are missing, once there is room again.
    private func reportDropped(_ format: Settings.LogFormat) {
        guard writer.hasRoom else { return }
        let count = writer.takeDropped()
        guard count > 0 else { return }
        let line = LogLine(
            microseconds: TimeSource.system.now, level: .warning, component: "log",
            message: "lines were dropped, since standard error was not read", fields: [("count", "\(count)")])
        write(line, format)
    }

    private static func level(_ level: Settings.LogLevel) -> Logger.Level {
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

/// The program's log as swift-log sees it; the label of a logger is the component of its lines.
struct ProgramLogHandler: LogHandler {
    let component: String
    let log: ProgramLog
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    /// A level of this logger alone.
    private var ownLevel: Logger.Level?

    init(component: String, log: ProgramLog) {
        self.component = component
        self.log = log
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? log.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        log.write(event, component: component, metadata: all)
    }
}
