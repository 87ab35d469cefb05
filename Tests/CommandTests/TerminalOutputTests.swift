import CatalogCore
import Testing

@testable import catalogizer

@Suite("Output on a terminal")
struct TerminalOutputTests {
    @Test("What could move the cursor or turn the line around is made visible")
    func safeText() {
        #expect(TerminalText.safe("plain näme 日本") == "plain näme 日本")
        #expect(TerminalText.safe("a\nb\u{1B}[31m") == "a\\u{A}b\\u{1B}[31m")
        #expect(TerminalText.safe("\u{202E}fdp.exe") == "\\u{202E}fdp.exe")
    }

    @Test("Wide characters take two cells and combining marks none")
    func widths() {
        #expect(TerminalText.width(of: "abc") == 3)
        #expect(TerminalText.width(of: "日本") == 4)
        #expect(TerminalText.width(of: "e\u{301}") == 1)
    }

    @Test("A text is cut to its cells, with an ellipsis on the side that was cut")
    func cuts() {
        #expect(TerminalText.cut("abcdef", to: 6) == "abcdef")
        #expect(TerminalText.cut("abcdef", to: 4) == "abc…")
        #expect(TerminalText.cut("日本語", to: 4) == "日…")
        #expect(TerminalText.cutStart("movies/The Matrix", to: 7) == "…Matrix")
        #expect(TerminalText.cut("abc", to: 0) == "")
    }

    @Test("Columns line up, numbers to the right, and the last one fits the terminal")
    func table() {
        var table = TextTable([.init("SIZE", .right), .init("NAME")])
        table.add(["1 B", "日本/a very long name"])
        table.add(["10.5 MiB", "b\nc"])
        #expect(
            table.lines(width: nil) == [
                "    SIZE  NAME",
                "     1 B  日本/a very long name",
                "10.5 MiB  b\\u{A}c",
            ])
        #expect(table.lines(width: 20)[1] == "     1 B  日本/a ve…")
    }

    @Test("Numbers, sizes and durations are written for people")
    func quantities() {
        #expect(Quantity.count(0) == "0")
        #expect(Quantity.count(999) == "999")
        #expect(Quantity.count(12_345) == "12,345")
        #expect(Quantity.count(-1_000_000) == "-1,000,000")
        #expect(Quantity.bytes(1_023) == "1023 B")
        #expect(Quantity.bytes(1_536) == "1.5 KiB")
        #expect(Quantity.bytes(1_048_575) == "1.0 MiB")
        #expect(Quantity.bytes(.max) == "8.0 EiB")
        #expect(Quantity.duration(seconds: 3.94) == "3.9 s")
        #expect(Quantity.duration(seconds: 125) == "2 min 5 s")
        #expect(Quantity.duration(seconds: 3_840) == "1 h 4 min")
        #expect(Quantity.time(nil) == "-")
    }

    @Test("Names in suggested commands can be pasted into a shell")
    func shellWords() {
        #expect(ShellWord.argument("films") == "films")
        #expect(ShellWord.argument("Größe_2.1") == "Größe_2.1")
        #expect(ShellWord.argument("my films") == "'my films'")
        #expect(ShellWord.argument("it's $HOME") == #"'it'\''s $HOME'"#)
        #expect(ShellWord.argument("-x") == "-- -x")
    }

    @Test("Without a terminal nothing is cut and nothing is coloured")
    func noTerminal() {
        let terminal = Terminal.of(-1, environment: ["COLUMNS": "10"])
        #expect(terminal == Terminal(isInteractive: false, width: nil, usesColor: false))
    }
}
