import CatalogCore

/// Sums over the entries of a directory, either the direct ones or its whole tree.
struct DirectorySums: Sendable, Equatable {
    /// Sizes of files, in bytes.
    var bytes: Int64 = 0
    /// Everything that is no directory, links included.
    var files: Int64 = 0
    var directories: Int64 = 0

    mutating func add(kind: EntryKind, size: Int64) {
        if kind == .directory { directories += 1 } else { files += 1 }
        if kind == .file { bytes += size }
    }

    /// What takes them away.
    var negated: DirectorySums { DirectorySums(bytes: -bytes, files: -files, directories: -directories) }
}

/// A directory with the figures of its tree.
struct DirectoryTotals {
    let id: EntryID
    let parentID: EntryID?
    /// Of the direct entries at first; `RollUpPhase` adds what lies below.
    var total: DirectorySums
    /// What the catalog says until now.
    let stored: DirectorySums

    /// From the stored figures to the right ones.
    var change: DirectorySums {
        DirectorySums(
            bytes: total.bytes - stored.bytes, files: total.files - stored.files,
            directories: total.directories - stored.directories)
    }
}
