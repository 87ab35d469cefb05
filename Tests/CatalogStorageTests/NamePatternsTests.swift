import CatalogCore
import CatalogStorage
import Testing

@Suite("Names to skip, and include and exclude patterns")
struct NamePatternsTests {
    private func skips(_ patterns: [String], _ name: String) throws -> Bool {
        let patterns = try NamePatterns(skipNames: patterns)
        return Array(name.utf8).withUnsafeBytes { patterns.skips($0) }
    }

    private func admits(_ patterns: NamePatterns, _ path: String, _ kind: EntryKind) throws -> Bool {
        var directory = try NativePath(StoragePath(parsing: path))
        let name = Array(directory.lastName)
        directory.removeLast()
        return name.withUnsafeBytes { patterns.scope(of: directory).admits($0, kind: kind) }
    }

    @Test(
        "The default list skips what systems leave lying around, in any case",
        arguments: [
            (".DS_Store", true), ("Thumbs.db", true), ("thumbs.DB", true), ("desktop.ini", true), ("@eaDir", true),
            ("#recycle", true), ("$RECYCLE.BIN", true), ("$Recycle.Bin", true), ("System Volume Information", true),
            (".Trash-1000", true), (".Trash-", true), (".trash-0", true), ("lost+found", true), (".catalogizer", true),
            (".catalogizer-tmp", true), (".Trash", false), (".profile", false), ("Thumbs.db2", false),
            ("xThumbs.db", false),
            ("thumbs", false), ("Film.mkv", false), ("@eaDi", false), ("ｔhumbs.db", false), (".catalogize", false),
        ])
    func defaults(_ name: String, _ isSkipped: Bool) throws {
        #expect(try skips(NamePatterns.skippedByDefault, name) == isSkipped)
    }

    @Test(
        "Skip lists take every wildcard and every script",
        arguments: [
            ("*.tmp", "a.TMP", true), ("*.tmp", "a.tmpx", false), ("~?", "~a", true), ("~?", "~ab", false),
            ("[0-9]*", "7up", true), ("[0-9]*", "up7", false), ("Müll*", "MÜLLEIMER", true),
            ("Straße", "STRASSE", true),
            ("*", "anything", true), ("a*b*", "axbx", true), ("CAFÉ", "cafe\u{301}", true), ("x[*]", "x*", true),
        ])
    func wildcards(_ pattern: String, _ name: String, _ isSkipped: Bool) throws {
        #expect(try skips([pattern], name) == isSkipped)
    }

    @Test("A name that is no text is compared as its text form and never crashes")
    func invalidNames() throws {
        let patterns = try NamePatterns(skipNames: ["*\u{201B}FF", "Thumbs.db"])
        #expect(([0x61, 0xFF] as [UInt8]).withUnsafeBytes { patterns.skips($0) })
        #expect(!([0xFF, 0x61] as [UInt8]).withUnsafeBytes { patterns.skips($0) })
        #expect(!([] as [UInt8]).withUnsafeBytes { patterns.skips($0) })
    }

    @Test(
        "Paths match as the table says",
        arguments: [
            // Without a slash: a name at any depth.
            ("*.nfo", "a.nfo", true), ("*.nfo", "x/y/a.NFO", true), ("*.nfo", "a.nfo/b", false),
            ("sample", "x/Sample", true),
            ("sample", "x/sample2", false), ("*", "x/y", true), ("**", "x/y", true), ("???", "x/abc", true),
            // With a slash: from the root.
            ("x/*.nfo", "x/a.nfo", true), ("x/*.nfo", "x/y/a.nfo", false), ("/a.nfo", "a.nfo", true),
            ("/a.nfo", "x/a.nfo", false), ("X/Y", "x/y", true), ("y/z", "x/y/z", false),
            // Across directories.
            ("**/a", "a", true), ("**/a", "x/y/a", true), ("**/a", "x/ya", false), ("x/**", "x/y/z", true),
            ("x/**", "x", false), ("x/**", "xy/z", false), ("x/**/z", "x/z", true), ("x/**/z", "x/a/b/z", true),
            ("x/**/z", "x/az", false), ("x/**/**/z", "x/z", true), ("**/b/**/d", "a/b/c/d", true),
            ("x/y**", "x/yz/w", true), ("x/**z", "x/a/bz", true), ("**/*.mkv", "film.mkv", true),
            // Characters and sets never match a slash.
            ("x?y", "x/y", false), ("x/[!a]", "x/b", true), ("x/[!a]", "x/a", false), ("x[/]y", "x/y", false),
            ("x/[a-c]", "x/B", true), ("x/[]]", "x/]", true), ("x/[a-]", "x/-", true), ("x/[^é]", "x/É", false),
            ("x/?", "x/é", true), ("x/?", "x/👍", true), ("x/??", "x/é", false), ("x/[ä-ü]", "x/Ö", true),
        ])
    func paths(_ pattern: String, _ path: String, _ matches: Bool) throws {
        let patterns = try NamePatterns(skipNames: [], exclude: [pattern])
        #expect(try admits(patterns, path, .file) == !matches)
    }

    @Test("Exclude wins over include, and include chooses files only")
    func includeAndExclude() throws {
        let patterns = try NamePatterns(include: ["*.mkv", "books/**"], exclude: ["*sample*", "old/"])
        #expect(patterns.choosesByPath)
        #expect(try admits(patterns, "a/film.mkv", .file))
        #expect(try !admits(patterns, "a/film.nfo", .file))
        #expect(try !admits(patterns, "a/film.nfo", .link))
        #expect(try admits(patterns, "books/a/b.txt", .file))
        #expect(try !admits(patterns, "a/film-SAMPLE.mkv", .file))
        #expect(try admits(patterns, "anything", .directory))
        #expect(try !admits(patterns, "samples", .directory))
        #expect(try !admits(patterns, "a/old", .directory))
        #expect(try admits(patterns, "a/old.mkv", .file))
    }

    @Test("Without patterns everything is admitted")
    func noPatterns() throws {
        let patterns = try NamePatterns()
        #expect(!patterns.choosesByPath)
        #expect(try admits(patterns, "a/b", .file))
    }

    @Test("A pattern made to blow up costs what any other does")
    func hostilePattern() throws {
        let pattern = String(repeating: "*a", count: 60) + "b"
        let patterns = try NamePatterns(
            skipNames: [], exclude: [pattern, "**/" + pattern, "x/" + pattern + "**/**a**b"])
        let name = String(repeating: "a", count: 250)
        #expect(try admits(patterns, "x/" + name, .file))
    }

    @Test("Senseless patterns are refused", arguments: ["", "[", "[a", "[]", "[!]", "[z-a]", "/"])
    func refused(_ pattern: String) {
        expectError(.invalidArgument) { _ = try NamePatterns(exclude: [pattern]) }
    }

    @Test("Lists and patterns have a length, and a name to skip has no slash")
    func limits() {
        expectError(.invalidArgument) { _ = try NamePatterns(exclude: [String](repeating: "a", count: 257)) }
        expectError(.invalidArgument) { _ = try NamePatterns(include: [String(repeating: "a", count: 2_000)]) }
        expectError(.invalidArgument) { _ = try NamePatterns(skipNames: ["a/b"]) }
    }
}
