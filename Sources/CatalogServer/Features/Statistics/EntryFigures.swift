import CatalogCore

/// How much there is in the catalog, or in a part of it.
package struct EntryTotals: Sendable, Equatable {
    /// Files and links.
    package var files: Int64 = 0
    /// Directories; a root's own one does not count.
    package var directories: Int64 = 0
    package var bytes: Int64 = 0
}

/// Files and links with one extension.
package struct FileTypeFigures: Sendable, Equatable {
    /// In the form of `FileExtension`; empty for none.
    package let fileExtension: String
    package let count: Int64
    package let bytes: Int64
}

extension EntryTally {
    /// Of all classes together.
    var totals: EntryTotals {
        figures.reduce(into: EntryTotals()) { totals, part in
            if part.key.kind == .directory {
                totals.directories += part.value.count
            } else {
                totals.files += part.value.count
                totals.bytes += part.value.bytes
            }
        }
    }

    /// By extension, the most frequent first.
    func fileTypes(limit: Int) -> [FileTypeFigures] {
        var types: [String: Figures] = [:]
        for (entry, figures) in figures where entry.kind != .directory {
            types[entry.fileExtension, default: Figures()].count += figures.count
            types[entry.fileExtension, default: Figures()].bytes += figures.bytes
        }
        let found = types.filter { $0.value.count > 0 }
            .map { FileTypeFigures(fileExtension: $0.key, count: $0.value.count, bytes: $0.value.bytes) }
        let sorted = found.sorted { ($1.count, $0.fileExtension) < ($0.count, $1.fileExtension) }
        return Array(sorted.prefix(limit))
    }

    /// Files and links of each size, also of those with none.
    var sizes: [SizeClass: Int64] {
        figures.reduce(into: [:]) { sizes, part in
            if part.key.kind != .directory { sizes[part.key.size, default: 0] += part.value.count }
        }
    }
}
