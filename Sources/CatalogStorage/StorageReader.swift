/// An open file of a storage: it stays the same file whatever happens to its name, and is closed when let go.
package protocol StorageReader: Sendable {
    /// The file as it was when it was opened, asked of the open file and not of its name.
    var entry: StorageEntry { get }

    /// Reads from `offset` until `buffer` is full or the file ends. Blocks: belongs on a storage thread.
    ///
    /// - Returns: bytes read; fewer than asked for only at the end of the file.
    /// - Throws: `CatalogError.storageUnavailable` when the storage fails.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int

    /// Reads what memory holds already and never waits for a disk, so that it may be called on any thread.
    ///
    /// - Returns: bytes read, perhaps fewer than asked for; 0 at the end of the file; nil when it would have to wait.
    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int?

    /// Says which part will be read now, piece by piece from its beginning: where bytes come as a stream, it is asked for once and nothing
    /// beyond it. Others may read elsewhere meanwhile.
    func announce(_ part: Range<Int64>)

    /// Whether each read is a question to another machine, so that a stream gains from asking before it needs the answer.
    var isRemote: Bool { get }

    /// Whether bytes come as one stream, so that reading on is cheap, and asking for two places at once is not.
    var isStream: Bool { get }

    /// Whether the file is still the one that was opened: neither written, replaced, renamed nor removed. It answers from
    /// memory and never waits, so a storage that would have to be asked may be believed unchanged.
    var isUnchanged: Bool { get }
}

extension StorageReader {
    /// Nothing: each read asks for what it needs.
    package func announce(_ part: Range<Int64>) {}
    /// No, for what is on this machine.
    package var isRemote: Bool { false }
    /// No: each read is a question of its own.
    package var isStream: Bool { false }
    /// Bytes of the file when it was opened.
    package var sizeBytes: Int64 { entry.sizeBytes }
    /// When its content changed, in nanoseconds since 1970.
    package var modifiedNS: Int64 { entry.modifiedNS }
    /// When content or attributes changed, in nanoseconds since 1970.
    package var changedNS: Int64 { entry.changedNS }
    /// Its number on its device.
    package var inode: Int64 { entry.inode }
}
