package import CatalogCore
import Glibc

/// One name of a directory with its attributes, as plain data.
///
/// The name itself is in `DirectoryListing.names`.
package struct ListedEntry: Sendable {
    /// Where the name starts in `DirectoryListing.names`.
    package var nameOffset: UInt32
    /// Bytes of the name.
    package var nameLength: UInt16
    /// What the name stands for; a link is described as itself.
    package var kind: EntryKind
    /// Bytes of a file; of a directory or link whatever the storage says.
    package var sizeBytes: Int64
    /// Nanoseconds since 1970: when the content changed; 0 when unknown.
    package var modifiedNS: Int64
    /// Nanoseconds since 1970: when content or attributes changed; 0 when unknown.
    package var changedNS: Int64
    /// Nanoseconds since 1970: when it was made; 0 when unknown.
    package var birthNS: Int64
    /// The device that holds it; one that differs from the directory's is a mounted file system.
    package var device: Int64
    /// The number of the file on its device: the bits of an unsigned number, so it may be negative.
    package var inode: Int64
    /// Names of the same file.
    package var linkCount: Int64

    /// - Parameters:
    ///   - nameOffset: where the name starts in the listing's bytes.
    ///   - nameLength: bytes of the name.
    ///   - entry: the attributes.
    package init(nameOffset: UInt32, nameLength: UInt16, _ entry: StorageEntry) {
        self.nameOffset = nameOffset
        self.nameLength = nameLength
        kind = entry.kind
        sizeBytes = entry.sizeBytes
        modifiedNS = entry.modifiedNS
        changedNS = entry.changedNS
        birthNS = entry.birthNS
        device = entry.device
        inode = entry.inode
        linkCount = entry.linkCount
    }
}

/// A name that exists but could not be looked at, and why.
package struct EntryFailure: Sendable {
    /// The name's bytes, as the storage gave them; where nobody knows them, the beginning of what it sent instead.
    package let name: [UInt8]
    /// Why it could not be looked at.
    package let error: CatalogError
    /// Whether `name` is one: else any name that is missing from the listing may be there.
    package let isNamed: Bool

    /// - Parameters:
    ///   - name: the name's bytes.
    ///   - error: what went wrong.
    ///   - isNamed: whether `name` is one.
    package init(name: [UInt8], error: CatalogError, isNamed: Bool = true) {
        (self.name, self.error, self.isNamed) = (name, error, isNamed)
    }
}

/// Everything that one directory holds.
///
/// Names are packed into one buffer, and the whole value is used again for the next directory, so that listing a tree
/// allocates nothing for each entry.
package struct DirectoryListing: Sendable {
    /// The bytes of all names, one after the other, without separators.
    package var names: [UInt8] = []
    /// The entries, in the order of the storage until `sortByName`.
    package var entries: [ListedEntry] = []
    /// Times (nanoseconds since 1970), device and inode of the directory itself, from its open handle before it was
    /// listed: a change during the listing gives a later time than this one.
    package var modifiedNS: Int64 = 0
    package var changedNS: Int64 = 0
    package var birthNS: Int64 = 0
    package var device: Int64 = 0
    package var inode: Int64 = 0
    /// Names that exist but could not be looked at.
    package private(set) var failures: [EntryFailure] = []
    /// Bytes of all files among the entries.
    package private(set) var fileBytes: Int64 = 0

    /// Room for the backend's raw records, kept between directories.
    var scratch: [UInt8] = []
    private var keys: [SortKey] = []
    private var sorted: [ListedEntry] = []

    /// An empty listing.
    package init() {}

    /// Forgets the entries, and keeps the memory unless a huge directory made it large.
    package mutating func removeAll() {
        let keepsMemory = entries.capacity <= DirectoryListing.entriesKept
        names.removeAll(keepingCapacity: keepsMemory)
        entries.removeAll(keepingCapacity: keepsMemory)
        if !keepsMemory {
            keys = []
            sorted = []
        }
        failures.removeAll()
        fileBytes = 0
    }

    /// Takes over the directory's own attributes.
    package mutating func describe(directory: StorageEntry) {
        modifiedNS = directory.modifiedNS
        changedNS = directory.changedNS
        birthNS = directory.birthNS
        device = directory.device
        inode = directory.inode
    }

    /// Adds an entry; a file whose size cannot be believed is a failure of this name.
    ///
    /// - Throws: `CatalogError.tooLarge` when the directory has too many; what `noteFailure` throws.
    package mutating func append(name: UnsafeRawBufferPointer, _ entry: StorageEntry) throws {
        if entry.kind == .file {
            do { try entry.requireSize() } catch let error as CatalogError {
                return try noteFailure(of: Array(name), error)
            }
            fileBytes += entry.sizeBytes
            guard fileBytes <= Limits.rootBytes else { throw DirectoryListing.unbelievable }
        }
        guard entries.count < Limits.directoryEntries, name.count <= Limits.nameBytes,
            let offset = UInt32(exactly: names.count)
        else { throw CatalogError(.tooLarge, "The directory has too many entries") }
        entries.append(ListedEntry(nameOffset: offset, nameLength: UInt16(name.count), entry))
        names.append(contentsOf: name)
    }

    /// Notes a name that exists but could not be looked at.
    ///
    /// - Parameter isNamed: whether `name` is its name, and not what the storage sent instead of one.
    /// - Throws: `error` itself when there are more than `Limits.directoryFailures`.
    package mutating func noteFailure(of name: [UInt8], _ error: CatalogError, isNamed: Bool = true) throws {
        guard failures.count < Limits.directoryFailures else { throw error }
        let kept = Array(name.prefix(Limits.nameBytes))
        failures.append(EntryFailure(name: kept, error: error, isNamed: isNamed))
    }

    /// What is said of a storage whose files have more bytes than there are anywhere.
    package static let unbelievable = CatalogError(
        .dataLoss, "The storage says that its files have more than \(Limits.rootBytes >> 50) PiB")

    /// Lends the bytes of an entry's name.
    package func withName<Result>(
        of entry: ListedEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try names.withUnsafeBytes { try body(DirectoryListing.name(of: entry, in: $0)) }
    }

    /// A copy of the bytes of an entry's name.
    package func name(of entry: ListedEntry) -> [UInt8] {
        withName(of: entry) { Array($0) }
    }

    private func isSameName(_ one: ListedEntry, _ other: ListedEntry) -> Bool {
        names.withUnsafeBytes {
            DirectoryListing.name(of: one, in: $0).elementsEqual(DirectoryListing.name(of: other, in: $0))
        }
    }

    /// Brings the entries into the order of their names' bytes, which is the order of both database engines. Of entries with one name
    /// the first stays.
    package mutating func sortByName() {
        guard entries.count > 1 else { return }
        let unsorted = entries
        let bytes = names
        var keys: [SortKey] = []
        swap(&keys, &self.keys)
        keys.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { bytes in
            for index in unsorted.indices {
                let name = DirectoryListing.name(of: unsorted[index], in: bytes)
                keys.append(SortKey(firstBytes: SortKey.firstBytes(of: name), index: UInt32(index)))
            }
            keys.sort { left, right in
                if left.firstBytes != right.firstBytes { return left.firstBytes < right.firstBytes }
                return DirectoryListing.precedes(
                    DirectoryListing.name(of: unsorted[Int(left.index)], in: bytes),
                    DirectoryListing.name(of: unsorted[Int(right.index)], in: bytes))
            }
        }
        sorted.removeAll(keepingCapacity: true)
        var last: SortKey?
        for key in keys {
            defer { last = key }
            // A server may name an entry twice, as when it is replaced while it lists.
            if let last, last.firstBytes == key.firstBytes,
                isSameName(unsorted[Int(last.index)], unsorted[Int(key.index)])
            {
                continue
            }
            sorted.append(unsorted[Int(key.index)])
        }
        swap(&entries, &sorted)
        swap(&keys, &self.keys)
    }

    /// Entries whose memory is kept between directories, by each of the threads that list: 1 MiB.
    private static let entriesKept = 1 << 13

    private static func name(of entry: ListedEntry, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = Int(entry.nameOffset)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(entry.nameLength))])
    }

    private static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else {
            return left.count < right.count
        }
        let order = memcmp(leftStart, rightStart, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}

/// What the sort moves instead of whole entries; most comparisons need no look at the names.
private struct SortKey {
    /// The name's first eight bytes as one number, padded with zeros, which no name contains.
    let firstBytes: UInt64
    let index: UInt32

    static func firstBytes(of name: UnsafeRawBufferPointer) -> UInt64 {
        if name.count >= 8 { return UInt64(bigEndian: name.loadUnaligned(as: UInt64.self)) }
        var value: UInt64 = 0
        for byte in name { value = value << 8 | UInt64(byte) }
        return name.isEmpty ? 0 : value << UInt64(8 * (8 - name.count))
    }
}
