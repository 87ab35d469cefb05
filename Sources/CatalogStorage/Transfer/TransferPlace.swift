package import CatalogCore

/// A file on a storage, or a name for one that is to be there.
package struct TransferPlace: Sendable {
    /// Tells storages apart: places of one storage have the same text.
    package let storage: String
    /// Reaches it.
    package let backend: any StorageBackend
    /// Below the root of the storage.
    package let path: StoragePath

    package init(storage: String, backend: any StorageBackend, path: StoragePath) {
        self.storage = storage
        self.backend = backend
        self.path = path
    }

    /// Another place of the same storage.
    package func at(_ path: StoragePath) -> TransferPlace {
        TransferPlace(storage: storage, backend: backend, path: path)
    }
}

/// How far a transfer is.
package struct TransferProgress: Sendable, Equatable {
    /// What it does.
    package enum Phase: String, Sendable {
        case copying, verifying
    }

    /// What it does now.
    package let phase: Phase
    /// Bytes of the file that are done with in this phase, those of an earlier attempt included.
    package let bytes: Int64
    /// Bytes of the whole file.
    package let totalBytes: Int64
}

/// What a transfer has done.
package struct TransferOutcome: Sendable, Equatable {
    /// Bytes of the file.
    package let sizeBytes: Int64
    /// SHA-256 over all of it, in hexadecimal digits.
    package let digest: String
    /// Bytes that an earlier attempt had left, and that were not written again.
    package let resumedBytes: Int64
    /// Whether the storage made the copy by itself.
    package let isServerSide: Bool
}
