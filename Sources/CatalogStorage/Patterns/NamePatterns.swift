package import CatalogCore

/// What a scan passes over: names to skip, and a root's include and exclude patterns.
package struct NamePatterns: Sendable {
    /// The default of the setting `scan.skip_names`.
    package static let skippedByDefault = [
        ".DS_Store", "Thumbs.db", "desktop.ini", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information",
        ".Trash-*", "lost+found", ".catalogizer*",
    ]

    private let skipNames: SkipNames
    private let include: [PathPattern]
    private let exclude: [PathPattern]

    /// - Parameters:
    ///   - skipNames: names, or patterns of names, that are passed over at any depth.
    ///   - include: files that match none of them are left out; empty includes every file.
    ///   - exclude: files and directories that are left out, even when they are included.
    /// - Throws: `CatalogError.invalidArgument` that quotes the pattern, or says that there are too many.
    package init(
        skipNames: [String] = skippedByDefault, include: [String] = [], exclude: [String] = []
    ) throws {
        guard [skipNames, include, exclude].allSatisfy({ $0.count <= Limits.namePatterns }) else {
            throw CatalogError(.invalidArgument, "A list may have \(Limits.namePatterns) patterns at most")
        }
        self.skipNames = try SkipNames(skipNames)
        self.include = try include.map { try PathPattern($0) }
        self.exclude = try exclude.map { try PathPattern($0) }
    }

    /// Whether a scan passes over every entry of this name.
    ///
    /// Costs nanoseconds for nearly all names.
    package func skips(_ name: UnsafeRawBufferPointer) -> Bool {
        skipNames.skips(name)
    }

    /// Whether there are include or exclude patterns at all; if not, `DirectoryScope.admits` admits everything.
    package var choosesByPath: Bool { !include.isEmpty || !exclude.isEmpty }

    /// The include and exclude patterns as they apply inside of `directory`: made once for each directory of a scan.
    package func scope(of directory: NativePath) -> DirectoryScope {
        let needsPath = include.contains { !$0.matchesName } || exclude.contains { !$0.matchesName }
        guard needsPath, !directory.isRoot else {
            return DirectoryScope(include: include, exclude: exclude, prefix: "")
        }
        return DirectoryScope(include: include, exclude: exclude, prefix: TextFold.fold(directory.text) + "/")
    }

    /// Whether a scan would enter this directory, those above it being entered.
    package func admits(directory: NativePath) -> Bool {
        guard !directory.isRoot else { return true }
        var parent = directory
        parent.removeLast()
        return directory.lastName.withUnsafeBytes { name in
            !skips(name) && (!choosesByPath || scope(of: parent).admits(name, kind: .directory))
        }
    }

    /// The folded text form of a name.
    static func foldedText(of name: UnsafeRawBufferPointer) -> String {
        guard let folded = TextFold.foldedName(name) else { return String(decoding: name, as: UTF8.self) }
        return String(decoding: folded, as: UTF8.self)
    }
}

/// The include and exclude patterns of a root, seen from one of its directories.
package struct DirectoryScope: Sendable {
    fileprivate let include: [PathPattern]
    fileprivate let exclude: [PathPattern]
    /// The directory's folded path with a slash at the end; empty in the root, or when no pattern asks for a path.
    fileprivate let prefix: String

    /// Whether the entry `name` of this directory is cataloged.
    ///
    /// Exclude wins; include chooses files and links only, since a file that is wanted may be inside of any directory.
    /// A directory that is not admitted is not entered.
    package func admits(_ name: UnsafeRawBufferPointer, kind: EntryKind) -> Bool {
        if include.isEmpty, exclude.isEmpty { return true }
        let text = NamePatterns.foldedText(of: name)
        if exclude.contains(where: { $0.matches(text, in: prefix, kind: kind) }) { return false }
        if kind == .directory || include.isEmpty { return true }
        return include.contains { $0.matches(text, in: prefix, kind: kind) }
    }
}

/// A pattern with what its slashes say: without one it is about a name at any depth, else about a path from the root.
struct PathPattern: Sendable {
    let matchesName: Bool
    private let glob: GlobPattern
    /// A slash at the end means directories only.
    private let isForDirectories: Bool

    init(_ text: String) throws {
        isForDirectories = text.hasSuffix("/")
        let body = isForDirectories ? text.dropLast() : text[...]
        matchesName = !body.utf8.contains(UInt8(ascii: "/"))
        glob = try GlobPattern(String(body.first == "/" ? body.dropFirst() : body))
    }

    /// - Parameters:
    ///   - name: folded.
    ///   - prefix: the folded path of its directory with a slash at the end, or nothing.
    ///   - kind: what the name is.
    /// - Returns: whether the pattern is about this entry.
    func matches(_ name: String, in prefix: String, kind: EntryKind) -> Bool {
        if isForDirectories, kind != .directory { return false }
        return glob.matches(matchesName ? name : prefix + name)
    }
}
