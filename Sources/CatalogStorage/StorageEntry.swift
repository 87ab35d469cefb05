package import CatalogCore

/// What a storage says of one file, directory or link.
///
/// What it does not know is 0.
package struct StorageEntry: Sendable, Equatable {
    /// File, directory or link.
    package var kind: EntryKind
    /// Bytes of a file; of a directory or link whatever the storage says.
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
}
