/// How closely a scan looks.
package enum ScanType: String, Sendable, CaseIterable {
    /// Looks at every entry and recomputes every derived figure.
    case full
    /// Lists every directory and compares the attributes of every entry.
    case incremental
    /// Lists only directories whose own time changed. It cannot see a file that was rewritten in place, because that leaves
    /// its directory's time alone.
    case quick
    /// As incremental, and then reads every file and compares its content with what was read before.
    case verify
    /// Compares the attributes of every entry in the directories that the system said have changed, and looks at nothing else. Nobody asks
    /// for it but the program itself.
    case watch

    /// The types that people may ask for.
    package static let requestable: Set<ScanType> = [.full, .incremental, .quick, .verify]
}
