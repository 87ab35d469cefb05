import CatalogCore
import Glibc

/// Where commands write: data to standard output, talk to standard error.
struct Console: Sendable {
    /// The terminal behind standard output, if it is one.
    let output: Terminal
    /// The terminal behind standard error, if it is one.
    let talk: Terminal

    static let standard = Console(output: .of(STDOUT_FILENO), talk: .of(STDERR_FILENO))

    /// One line of data.
    func print(_ line: String) throws {
        try Self.write(line + "\n", to: STDOUT_FILENO)
    }

    /// A table, as wide as the terminal.
    func print(_ table: TextTable) throws {
        for line in table.lines(width: output.width) { try print(line) }
    }

    /// One JSON object a line.
    func print(objects: [some Encodable]) throws {
        for object in objects { try print(try JSONLine.text(object)) }
    }

    /// One line of talk.
    ///
    /// That nobody can read it is no reason to fail.
    func say(_ line: String) {
        sayPart(line + "\n")
    }

    /// Talk that goes on in the same line.
    func sayPart(_ text: String) {
        try? Self.write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw CatalogError(.unavailable, "The output cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// What is at the other end of a descriptor.
struct Terminal: Sendable, Equatable {
    /// Whether a person watches, who sees a line being rewritten.
    let isInteractive: Bool
    /// Cells of a line; nil when there is no terminal, and so no reason to cut anything.
    let width: Int?
    let usesColor: Bool

    /// Of the environment `COLUMNS`, `TERM` and `NO_COLOR` (no-color.org) count.
    static func of(_ descriptor: Int32, environment: [String: String] = ProcessEnvironment.variables) -> Terminal {
        guard isatty(descriptor) == 1 else { return Terminal(isInteractive: false, width: nil, usesColor: false) }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let width = environment["COLUMNS"].flatMap(Int.init) ?? (isKnown ? Int(size.ws_col) : 80)
        let isPlain = environment["TERM"] == "dumb"
        let wantsNoColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return Terminal(isInteractive: !isPlain, width: max(width, 20), usesColor: !isPlain && !wantsNoColor)
    }
}
