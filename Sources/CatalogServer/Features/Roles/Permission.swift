/// One thing that a role may allow, named `area.verb`.
package struct Permission: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// As roles store it.
    package let name: String

    /// Any text; one that nobody was granted is allowed to nobody.
    package init(_ name: String) {
        self.name = name
    }

    /// The same, for names that stand in the code.
    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { name }

    /// Whether `text` may stand in a role: `*`, or lower-case words joined by dots, later ones possibly with `*`
    /// (`^[a-z]+(\.[a-z_*]+)+$`).
    package static func isWellFormed(_ text: String) -> Bool {
        if text == "*" { return true }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else { return false }
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        return parts[0].allSatisfy(isLetter)
            && parts.dropFirst().joined().allSatisfy {
                isLetter($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "*")
            }
    }
}

/// The permissions of a role, and what they imply.
package struct PermissionSet: Sendable, Equatable {
    /// As they were granted: in order, without repetition.
    package let names: [String]
    private let exact: Set<String>
    /// `media.*` and `media.manage` both allow everything that begins with `media.`.
    private let prefixes: [String]
    /// `*` and `system.admin` allow everything.
    package let allowsEverything: Bool

    /// The permissions of a role, as it stores them.
    package init(_ names: [String]) {
        var seen: Set<String> = []
        self.names = names.filter { seen.insert($0).inserted }
        exact = seen
        allowsEverything = seen.contains("*") || seen.contains("system.admin")
        prefixes = self.names.compactMap { name in
            if name.hasSuffix("*") { return String(name.dropLast()) }
            return name.hasSuffix(".manage") ? String(name.dropLast("manage".count)) : nil
        }
    }

    /// Whether whoever has these permissions has all that `name` grants, which may be a pattern: `media.*` is covered by
    /// `media.*`, `media.manage` and what allows everything, and not by any number of single permissions.
    package func covers(_ name: String) -> Bool {
        if allowsEverything { return true }
        if name == "*" || name == "system.admin" { return false }
        return exact.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    /// These permissions, as far as `other` has them too.
    package func limited(to other: PermissionSet) -> PermissionSet {
        // A pattern covers another one or has nothing in common with it, so the narrower of two is what both have.
        PermissionSet(names.filter(other.covers) + other.names.filter(covers))
    }

    /// Whether these permissions allow `permission`. A name that nobody was granted is allowed to nobody but those who
    /// may do everything.
    package func allows(_ permission: Permission) -> Bool {
        allowsEverything || exact.contains(permission.name)
            || prefixes.contains { permission.name.hasPrefix($0) }
    }
}
