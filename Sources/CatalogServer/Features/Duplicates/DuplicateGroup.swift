import CatalogCore

/// What groups of equal files sum up to, in all storage roots or in what somebody may see of them.
package struct DuplicateFigures: Sendable, Equatable {
    /// Contents that more than one file has.
    package var groups: Int64 = 0
    /// All files of all groups; one with several names is one file.
    package var files: Int64 = 0
    /// Bytes of all files but one of each group.
    package var wastedBytes: Int64 = 0
    /// Files of the largest group; 0 without any.
    package var largestGroup: Int64 = 0

    /// Files of a group, cut to two decimals (ruling 1).
    package var averageGroup: Double {
        groups == 0 ? 0 : Double(files * 100 / groups) / 100
    }

    mutating func add(files count: Int64, of size: Int64) {
        guard count >= 2 else { return }
        groups += 1
        files += count
        wastedBytes += (count - 1) * size
        largestGroup = max(largestGroup, count)
    }
}

/// Files with the same content.
package struct DuplicateGroup: Sendable, Equatable {
    /// Never used again for another one.
    package let id: Int64
    /// Those that count: of one root, or that may be seen.
    package let fileCount: Int64
    /// Bytes of one file.
    package let sizeBytes: Int64
    /// `ContentHash` of each.
    package let hash: [UInt8]
    /// Microseconds since 1970: when two files of it were known first.
    package let createdAt: Int64
    /// Microseconds since 1970: when a file came or went last.
    package let updatedAt: Int64

    /// Bytes of all files.
    package var totalBytes: Int64 { fileCount * sizeBytes }
    /// Bytes of all files but one.
    package var wastedBytes: Int64 { (fileCount - 1) * sizeBytes }
}

/// A group with files of it.
package struct FoundDuplicates: Sendable {
    /// The group, with the figures that its reader may see.
    package let group: DuplicateGroup
    /// Some of its names, by root and path.
    package let files: [CatalogEntry]
    /// Of each of them: their content is the same.
    package let quickHash: [UInt8]?
}

/// What groups are sorted by; the raw value is the word of the query. The greatest come first.
package enum DuplicateOrder: String, Sendable {
    /// Files, then bytes of all files.
    case count
    /// Bytes of all files, then files.
    case size
}

/// Which groups somebody asks for.
package struct DuplicateQuestion: Sendable {
    /// Fewer files are no group.
    package static let filesMin = 2

    /// Only files of this root: name, string id or number; nil for all.
    package let rootText: String?
    package let order: DuplicateOrder
    /// Files of a group at least.
    package let filesMin: Int64
    /// Groups at most.
    package let limit: Int

    /// - Parameter filesMin: below two it counts as two.
    package init(
        rootText: String?, order: DuplicateOrder, filesMin: Int = DuplicateQuestion.filesMin, limit: Int
    ) {
        (self.rootText, self.order, self.limit) = (rootText, order, limit)
        self.filesMin = Int64(max(filesMin, Self.filesMin))
    }
}
