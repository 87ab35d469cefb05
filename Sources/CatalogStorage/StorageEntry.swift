package import CatalogCore

/// What a storage says of one file, directory or link.
///
/// What it does not know is 0, but for sizes.
package struct StorageEntry: Sendable, Equatable {
    /// File, directory or link.
    package var kind: EntryKind
    /// Bytes of a file, negative when the storage does not say; of a directory or link whatever the storage says.
    package var sizeBytes: Int64 = 0
    /// Nanoseconds since 1970: when the content changed.
    package var modifiedNS: Int64 = 0
    /// Nanoseconds since 1970: when content or attributes changed.
    package var changedNS: Int64 = 0
    /// Nanoseconds since 1970: when it was made.
    package var birthNS: Int64 = 0
    /// The device that holds it; one that differs from the parent's is a mounted file system.
    package var device: Int64 = 0
    /// The number of the file on its device.
    ///
    /// The bits of an unsigned number, so it may be negative.
    package var inode: Int64 = 0
    /// Names of the same file.
    package var linkCount: Int64 = 0

    /// An entry of which nothing but its kind is known.
    package init(kind: EntryKind) {
        self.kind = kind
    }

    /// What is said of a file's size when the storage does not say how large it is.
    package static let unknownBytes: Int64 = -1

    /// Makes sure that a file has a size that can be believed: one without would pass for an empty one.
    ///
    /// - Throws: `CatalogError.dataLoss`.
    package func requireSize() throws {
        guard kind == .file, !(0...Limits.fileBytes).contains(sizeBytes) else { return }
        throw CatalogError(
            .dataLoss, "The storage does not say how large the file is", cause: "its size is \(sizeBytes)")
    }

    /// The entry itself, once its size can be believed.
    ///
    /// - Throws: as `requireSize`.
    package func withKnownSize() throws -> StorageEntry {
        try requireSize()
        return self
    }
}
