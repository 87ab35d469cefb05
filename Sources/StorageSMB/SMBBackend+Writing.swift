package import CatalogCore
package import CatalogStorage
import Glibc

extension SMBBackend: StorageWriting {
    private var changes: RemoteChanges<SMBConnection> {
        RemoteChanges(pool, place: \.bytes, isInUse: { ($0 as? SMBFailure)?.number == EBUSY }) { error, action, path in
            (error as? SMBFailure)?.error(action, NameEncoding.text(of: path)) ?? error
        }
    }

    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter { try changes.openWriter(path, at: offset) }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        guard replacing, try isFile(target) else { return try changes.rename(source, to: target, replacing: false) }
        // The library removes what has the name before it knows that the new file can have it.
        try replaceSteppingAside(target, by: source)
    }

    private func isFile(_ path: StoragePath) throws -> Bool {
        do { return try stat(path).kind == .file } catch let error as CatalogError where error.code == .notFound {
            return false
        }
    }

    package func makeDirectory(_ path: StoragePath) throws { try changes.makeDirectory(path) }

    package func remove(_ path: StoragePath) throws { try changes.remove(path) }

    package func copy(_ source: StoragePath, to target: StoragePath, onWait: () throws -> Void) throws {
        try changes.copy(source, to: target) { try $0.copy($1, to: $2, onWait: onWait) }
    }
}
