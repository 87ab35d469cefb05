/// A file that is being written. One thread at a time uses it, and its calls block: they belong on a storage thread.
///
/// Whoever lets go of it before `finish` leaves what has been written so far, perhaps without its last bytes.
package protocol StorageWriter: Sendable {
    /// Appends bytes.
    ///
    /// - Throws: `CatalogError.insufficientStorage` when the storage is full; `.storageUnavailable`.
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// Waits until the storage has everything, safe from a loss of power where it can say so, and closes the file. Called once;
    /// before it, nothing counts.
    ///
    /// - Throws: as `write`.
    func finish() throws
}
