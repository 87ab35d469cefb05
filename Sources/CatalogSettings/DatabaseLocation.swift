/// Where the database is.
package enum DatabaseLocation: Sendable, Equatable {
    /// A SQLite file, as an absolute path.
    case sqlite(path: String)
    /// A PostgreSQL server and a database there: a URL as libpq reads it, with its password.
    case postgres(url: SecretText)

    /// Reads the form of the setting `database.url`; nil for what is none.
    ///
    /// - Parameter workingDirectory: where a relative path begins.
    package init?(_ text: String, workingDirectory: String) {
        guard !text.utf8.contains(0) else { return nil }
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgres(url: SecretText(text))
            return
        }
        let scheme = "sqlite:"
        let path = text.dropFirst(scheme.count)
        guard text.hasPrefix(scheme), !path.isEmpty, !path.hasSuffix("/"), !path.hasPrefix(":") else { return nil }
        self = .sqlite(path: FilePath.absolute(String(path), base: workingDirectory))
    }
}

extension SettingForm where Value == DatabaseLocation {
    /// `sqlite:PATH`, or the URL of a PostgreSQL database.
    static var database: SettingForm {
        let accepted = "sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=…"
        return single("database URL", accepted: accepted) { text, context throws(SettingRefusal) in
            guard let location = DatabaseLocation(text, workingDirectory: context.workingDirectory)
            else { throw SettingRefusal() }
            return location
        }
    }
}

/// Passwords inside of URLs.
package enum URLPassword {
    /// `url` with the password of its authority, and any `password=` of its query, replaced by `***`.
    package static func masked(_ url: String) -> String {
        maskedQuery(maskedAuthority(url))
    }

    /// `url` without the password of its authority, for commands that people copy; one in its query is replaced by `***`.
    package static func removed(_ url: String) -> String {
        maskedQuery(maskedAuthority(url).replacing(":" + SecretText.mask + "@", with: "@"))
    }

    private static func maskedAuthority(_ url: String) -> String {
        // The last `@` of the whole text, not of the authority: a password with a raw slash must not slip through.
        guard let scheme = url.firstRange(of: "://"), let end = url.lastIndex(of: "@"),
            end > scheme.upperBound,
            let colon = url[scheme.upperBound..<end].firstIndex(of: ":")
        else { return url }
        return String(url[...colon]) + SecretText.mask + String(url[end...])
    }

    private static func maskedQuery(_ url: String) -> String {
        guard let question = url.firstIndex(of: "?") else { return url }
        let fields = url[url.index(after: question)...].split(separator: "&", omittingEmptySubsequences: false)
        let masked = fields.map { field in
            field.lowercased().hasPrefix("password=") ? field.prefix("password=".count) + SecretText.mask : field
        }
        return String(url[...question]) + masked.joined(separator: "&")
    }
}
