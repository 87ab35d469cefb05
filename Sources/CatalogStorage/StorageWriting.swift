package import CatalogCore

/// The half of a backend that changes its root. `StorageCapabilities` says which of it works; what does not throws
/// `CatalogError.unsupported`.
///
/// Nothing is ever written through a link, and the root itself stays what it is.
package protocol StorageWriting: Sendable {
    /// Opens a file to write into it from `offset` on. At 0 a new file takes the place of one that has the name; more than 0
    /// goes on with a file that has exactly as many bytes (`.resumableWrite`).
    ///
    /// What is written shows under that name at once, so whoever writes chooses a name that nobody reads, and renames it.
    ///
    /// - Parameter expectedBytes: how many bytes will come, where that is known: some protocols say it in front.
    /// - Throws: `.notFound` when the directory is missing; `.conflict` for a directory, and for a file that has not `offset`
    ///   bytes; `.permissionDenied`; `.insufficientStorage`; `.unsupported`; `.storageUnavailable`.
    func openWriter(_ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?) throws -> any StorageWriter

    /// Gives a file or directory another name.
    ///
    /// - Parameter replacing: whether a file that has the name goes. Without it the name must be free, which a storage with
    ///   `.exclusiveRename` knows for sure, and any other one has looked up a moment before.
    /// - Throws: `.alreadyExists`; `.notFound`; `.conflict`; `.permissionDenied`; `.unsupported`; `.storageUnavailable`.
    func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws

    /// Makes a directory in one that exists.
    ///
    /// - Throws: `.alreadyExists`, whatever has the name; `.notFound`; `.permissionDenied`; `.unsupported`;
    ///   `.storageUnavailable`.
    func makeDirectory(_ path: StoragePath) throws

    /// Removes a file, a link or an empty directory.
    ///
    /// - Throws: `.conflict` for a directory that holds something; `.notFound`; `.permissionDenied`; `.unsupported`;
    ///   `.storageUnavailable`.
    func remove(_ path: StoragePath) throws

    /// Makes a copy of a file within the root, without its bytes passing through this machine. The name must be free.
    ///
    /// - Parameter onWait: called now and then until it is done; throws to stop, which may leave a part of the copy.
    /// - Throws: `.unsupported` without `.serverSideCopy`, and for a pair that this storage cannot copy after all; else as
    ///   `rename`; what `onWait` throws.
    func copy(_ source: StoragePath, to target: StoragePath, onWait: () throws -> Void) throws
}

extension StorageWriting {
    /// For storages that copy through us only.
    package func copy(_ source: StoragePath, to target: StoragePath, onWait: () throws -> Void) throws {
        throw CatalogError(.unsupported, "This storage does not copy by itself")
    }
}
