import CatalogCore
import GRDB
import Glibc

/// Copies of whole database files, made while others read and write them.
package enum SQLiteFileCopy {
    /// Writes the state that the database has now into a new file that is complete in itself, sees that it is sound, and waits
    /// until the disk has it.
    ///
    /// Blocks. Nobody has to wait for it.
    ///
    /// - Parameters:
    ///   - path: of the database.
    ///   - copy: must not exist; made for its owner only, and removed when this fails.
    /// - Throws: `CatalogError.alreadyExists`; `.dataLoss` when the database is damaged; `.insufficientStorage`; others with what to
    ///   do when one of the files cannot be opened.
    package static func make(of path: String, at copy: String) throws {
        SQLiteSetup.run()
        let descriptor = open(copy, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotMake(copy, errno) }
        defer { close(descriptor) }
        do {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let source = try SQLiteFailure.translatingOpening(path) {
                try DatabaseQueue(path: path, configuration: configuration)
            }
            try SQLiteFailure.translating {
                let target = try DatabaseQueue(path: copy)
                try source.backup(to: target)
                try target.writeWithoutTransaction { db in
                    // One file: what it needs beside it might stay behind when it is moved.
                    try db.execute(sql: "PRAGMA journal_mode = DELETE")
                    let damages = try String.fetchAll(db, sql: "PRAGMA quick_check(1)").filter { $0 != "ok" }
                    if let damage = damages.first {
                        throw CatalogError(.dataLoss, "The database \(path) is damaged: \(damage)")
                    }
                }
                try target.close()
                try source.close()
            }
            guard fsync(descriptor) == 0 else { throw cannotMake(copy, errno) }
        } catch {
            remove(copy)
            throw error
        }
    }

    /// Removes a database's file and what SQLite has put beside it.
    package static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    private static func cannotMake(_ path: String, _ code: Int32) -> CatalogError {
        switch code {
        case EEXIST:
            CatalogError(.alreadyExists, "\(path) is there already. Name another file; nothing is overwritten.")
        case ENOENT, ENOTDIR: CatalogError(.invalidArgument, "The directory of \(path) does not exist. Make it first.")
        case ENOSPC, EDQUOT: CatalogError(.insufficientStorage, "There is no room for \(path). Free some space first.")
        default:
            CatalogError(.permissionDenied, "\(path) cannot be written: \(String(cString: strerror(code))).")
        }
    }
}
