package import CatalogCore
package import CatalogStorage

extension NFSBackend: StorageWriting {
    private var changes: RemoteChanges<NFSConnection> {
        RemoteChanges(pool, place: { NFSPath($0) }) { error, action, path in
            (error as? NFSFailure)?.error(action, path.text) ?? error
        }
    }

    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter { try changes.openWriter(path, at: offset) }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        try changes.rename(source, to: target, replacing: replacing)
    }

    package func makeDirectory(_ path: StoragePath) throws { try changes.makeDirectory(path) }

    package func remove(_ path: StoragePath) throws { try changes.remove(path) }
}
