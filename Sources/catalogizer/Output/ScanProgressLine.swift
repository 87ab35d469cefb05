/// The one line that says how far a scan is.
enum ScanProgressLine {
    /// `scanning nas: 45 %, 12,345 entries, 3,210 entries/s, movies/The Matrix (1999)`; the path is cut from its start
    /// to fit `width`.
    ///
    /// Before the scan began, the line says who keeps it waiting: the server when `isServed`, else this process.
    static func text(_ scan: ScanSnapshot, at now: Int64, width: Int?, isServed: Bool) -> String {
        guard scan.status != .queued else {
            let reason =
                isServed ? "is queued: the server is busy with other scans" : "begins once the search index is open"
            let line = "\(TerminalText.safe(scan.rootName)) \(reason)"
            return width.map { TerminalText.cut(line, to: $0 - 1) } ?? line
        }
        var parts: [String] = []
        if let percent = scan.percent { parts.append("\(percent) %") }
        parts.append("\(Quantity.count(scan.entriesFound)) entries")
        if let rate = scan.entriesPerSecond(at: now) { parts.append("\(Quantity.count(rate)) entries/s") }
        let head = "scanning \(TerminalText.safe(scan.rootName)): " + parts.joined(separator: ", ")
        guard let path = scan.currentPath.map({ TerminalText.safe($0) }), !path.isEmpty else {
            return width.map { TerminalText.cut(head, to: $0 - 1) } ?? head
        }
        guard let width else { return "\(head), \(path)" }
        // The last cell stays free: some terminals break the line there.
        let room = width - 1 - TerminalText.width(of: head) - 2
        guard room >= 8 else { return TerminalText.cut(head, to: width - 1) }
        return "\(head), \(TerminalText.cutStart(path, to: room))"
    }

    /// What a scan did, once it is over.
    static func summary(_ scan: ScanSnapshot) -> String {
        let time = scan.durationSeconds.map { " in \(Quantity.duration(seconds: $0))" } ?? ""
        return "\(TerminalText.safe(scan.rootName)): \(Quantity.count(scan.entriesFound)) entries\(time): "
            + "\(Quantity.count(scan.added)) added, \(Quantity.count(scan.updated)) changed, "
            + "\(Quantity.count(scan.moved)) moved, \(Quantity.count(scan.removed)) removed, \(Quantity.count(scan.errors)) not readable"
    }
}

/// Shows the progress of a scan: one line rewritten in place on a terminal, else a plain line now and then.
struct ScanProgressDisplay {
    /// Plain lines go to files and mails, where one every half second would bury the rest.
    static let plainMicroseconds: Int64 = 5_000_000
    private let console: Console
    private var lastPlainAt: Int64?

    init(_ console: Console) {
        self.console = console
    }

    /// Shows the scan as it is `now`, in microseconds since 1970.
    mutating func show(_ scan: ScanSnapshot, at now: Int64, isServed: Bool) {
        let line = ScanProgressLine.text(scan, at: now, width: console.talk.width, isServed: isServed)
        if console.talk.isInteractive {
            console.sayPart("\r\(line)\u{1B}[K")
        } else if isPlainDue(at: now) {
            console.say(line)
        }
    }

    /// Leaves an empty line for what comes next.
    func clear() {
        if console.talk.isInteractive { console.sayPart("\r\u{1B}[K") }
    }

    /// Whether it is time for a plain line; notes that it was written.
    mutating func isPlainDue(at now: Int64) -> Bool {
        if let lastPlainAt, now - lastPlainAt < Self.plainMicroseconds { return false }
        lastPlainAt = now
        return true
    }
}
