import CatalogCore
import CatalogDatabase

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

    static func + (one: DirectorySums, other: DirectorySums) -> DirectorySums {
        DirectorySums(
            bytes: one.bytes + other.bytes, files: one.files + other.files,
            directories: one.directories + other.directories)
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

extension DirectoryTotals {
    /// Columns as in `EntryQueries.directorySums`.
    init(sumsIn row: SQLRow) {
        id = row.integer(0)
        parentID = row.optionalInteger(1)
        total = DirectorySums(bytes: row.integer(2), files: row.integer(3), directories: row.integer(4))
        stored = DirectorySums(bytes: row.integer(5), files: row.integer(6), directories: row.integer(7))
    }
}
