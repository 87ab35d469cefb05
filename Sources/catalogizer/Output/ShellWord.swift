/// Names in commands that people copy into a shell.
enum ShellWord {
    /// `name` as an argument: quoted where a shell would not take it as it is, and kept from looking like a flag.
    static func argument(_ name: String) -> String {
        let shown = TerminalText.safe(name)
        let isPlain = !shown.isEmpty && shown.unicodeScalars.allSatisfy(isPlain)
        let word = isPlain ? shown : "'" + shown.replacing("'", with: "'\\''") + "'"
        return name.hasPrefix("-") ? "-- " + word : word
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "._-+@%=:,/".unicodeScalars.contains(scalar)
    }
}
