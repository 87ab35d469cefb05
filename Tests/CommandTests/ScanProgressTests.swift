import CatalogCore
import CatalogSettings
import Synchronization
import Testing

@testable import catalogizer

extension ScanSnapshot {
    /// A scan of `nas` that started at second 10.
    fileprivate static func sample(
        _ status: Status, percent: Int? = nil, path: String? = "movies/The Matrix (1999)", endedAt: Int64? = nil
    ) -> ScanSnapshot {
        ScanSnapshot(
            id: 7, rootName: "nas", scanType: "incremental", status: status, percent: percent, entriesFound: 12_345,
            added: 3, updated: 2, removed: 1, moved: 4, removalsParked: 0, errors: 0, currentPath: path,
            startedAt: 10_000_000, endedAt: endedAt, errorMessage: nil)
    }
}

/// Scans that are over after a few looks.
private final class ScriptedScans: ScanCommands {
    private let script: Mutex<[ScanSnapshot]>
    private let runs = Mutex(0)
    /// Answers to whether a server does the work; the last one stays.
    private let serving: Mutex<[Bool]>

    init(_ script: [ScanSnapshot], serving: [Bool]) {
        self.script = Mutex(script)
        self.serving = Mutex(serving)
    }

    var isServed: Bool {
        serving.withLock { rest in rest.count > 1 ? rest.removeFirst() : rest.first ?? false }
    }

    var runCount: Int { runs.withLock { $0 } }

    func start(_ order: ScanOrder) async throws -> (id: Int64, isNew: Bool) { (7, true) }

    func errors(of id: Int64, limit: Int) async throws -> [String] { [] }

    func isWorkersOwn(_ id: Int64) async throws -> Bool { false }
    func reasonToLeaveToOthers(_ id: Int64) async throws -> String? { nil }

    func snapshot(of id: Int64) async throws -> ScanSnapshot {
        try script.withLock { rest in
            guard let first = rest.first else { throw CatalogError(.notFound, "Scan not found") }
            if rest.count > 1 { rest.removeFirst() }
            return first
        }
    }

    func runHere(_ id: Int64) async throws {
        runs.withLock { $0 += 1 }
        script.withLock { $0 = [.sample(.completed, endedAt: 11_000_000)] }
    }
}

@Suite("Progress of a scan")
struct ScanProgressTests {
    @Test("The line says what was found, how fast, and where")
    func line() {
        let now: Int64 = 13_845_794
        #expect(
            ScanProgressLine.text(.sample(.running), at: now, width: nil, isServed: false)
                == "scanning nas: 12,345 entries, 3,210 entries/s, movies/The Matrix (1999)")
        #expect(
            ScanProgressLine.text(.sample(.running, percent: 45), at: now, width: nil, isServed: false)
                == "scanning nas: 45 %, 12,345 entries, 3,210 entries/s, movies/The Matrix (1999)")
        #expect(
            ScanProgressLine.text(.sample(.running), at: 10_100_000, width: nil, isServed: false).hasPrefix(
                "scanning nas: 12,345 entries, mov"))
        #expect(
            ScanProgressLine.text(.sample(.queued), at: now, width: nil, isServed: true)
                == "nas is queued: the server is busy with other scans")
        #expect(
            ScanProgressLine.text(.sample(.queued), at: now, width: nil, isServed: false)
                == "nas begins once the search index is open")
    }

    @Test("The line fits the terminal: the start of the path goes first", arguments: 20...90)
    func fits(width: Int) {
        let line = ScanProgressLine.text(.sample(.running), at: 13_845_794, width: width, isServed: false)
        #expect(TerminalText.width(of: line) < width)
        #expect(line.hasPrefix("scanning nas: "))
        if width == 70 { #expect(line == "scanning nas: 12,345 entries, 3,210 entries/s, …ies/The Matrix (1999)") }
    }

    @Test("The summary says what changed and how long it took")
    func summary() {
        #expect(
            ScanProgressLine.summary(.sample(.completed, endedAt: 13_900_000))
                == "nas: 12,345 entries in 3.9 s: 3 added, 2 changed, 4 moved, 1 removed, 0 not readable")
    }

    @Test("Without a terminal a line is due every five seconds")
    func plainLines() {
        var display = ScanProgressDisplay(Console.standard)
        let due = [0, 1, 4_999_999, 5_000_000, 5_000_001, 10_000_000].map { display.isPlainDue(at: $0) }
        #expect(due == [true, false, false, true, false, true])
    }

    private static let quiet = Console(
        output: Terminal(isInteractive: false, width: nil, usesColor: false),
        talk: Terminal(isInteractive: false, width: nil, usesColor: false))

    @Test("A scan is followed to its end, and run here only when no server does it", arguments: [true, false])
    func follow(isServed: Bool) async throws {
        let script: [ScanSnapshot] =
            isServed ? [.sample(.queued), .sample(.completed, endedAt: 11_000_000)] : [.sample(.queued)]
        let scans = ScriptedScans(script, serving: [isServed])
        let scan = try await ScanFollower(scans, console: Self.quiet).follow(7)
        #expect(scan.status == .completed)
        #expect(scans.runCount == (isServed ? 0 : 1))
    }

    @Test("A scan that its server left in the queue is run here")
    func serverStops() async throws {
        let scans = ScriptedScans([.sample(.queued)], serving: [true, false])
        #expect(try await ScanFollower(scans, console: Self.quiet).follow(7).status == .completed)
        #expect(scans.runCount == 1)
    }
}
