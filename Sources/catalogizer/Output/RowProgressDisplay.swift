import CatalogCore
import CatalogDatabase
import Synchronization

/// Shows how far a copy of rows is: one line rewritten in place on a terminal, else a plain line now and then.
final class RowProgressDisplay: Sendable {
    /// On a terminal the line is written this often at most.
    private static let rewriteMicroseconds: Int64 = 100_000
    private let console: Console
    private let time: TimeSource
    private let shownAt = Mutex<Int64?>(nil)

    init(_ console: Console, time: TimeSource = .system) {
        self.console = console
        self.time = time
    }

    func show(_ progress: InstanceCopy.Progress) {
        let now = time.now
        let pause = console.talk.isInteractive ? Self.rewriteMicroseconds : ScanProgressDisplay.plainMicroseconds
        let isDue = shownAt.withLock { last in
            if let last, now - last < pause { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let line = Self.text(progress)
        if console.talk.isInteractive {
            console.sayPart("\r\(console.talk.width.map { TerminalText.cut(line, to: $0 - 1) } ?? line)\u{1B}[K")
        } else {
            console.say(line)
        }
    }

    /// `copying entries: 45 %, 500,000 of 1,110,404 rows`
    static func text(_ progress: InstanceCopy.Progress) -> String {
        let percent = progress.total > 0 ? min(100, progress.rows * 100 / progress.total) : 100
        return "\(progress.step.rawValue) \(progress.table): \(percent) %, \(Quantity.count(progress.rows)) of "
            + "\(Quantity.count(progress.total)) rows"
    }

    /// Leaves an empty line for what comes next.
    func clear() {
        if console.talk.isInteractive { console.sayPart("\r\u{1B}[K") }
    }
}
