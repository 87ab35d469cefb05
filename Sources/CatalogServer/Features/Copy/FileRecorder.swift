import CatalogCore
import CatalogScanner
import Logging

/// Says what was written: to the catalog, so that everybody sees it, and to the audit trail.
struct FileRecorder: Sendable {
    let refresh: FileRefresh
    let audit: AuditService
    let time: TimeSource
    let logger: Logger
    /// What follows the catalog (the search index) catches up.
    let onWritten: @Sendable () async throws -> Void

    /// A file that is there now, whatever becomes of these notes: a catalog that lags behind is put right by the next scan.
    ///
    /// - Throws: when the audit trail cannot be written.
    func note(_ action: AuditEvent.Action, _ file: WrittenFile, by author: Author) async throws {
        var id: EntryID?
        if case .root(let rootID, let path) = file.place {
            do {
                id = try await refresh.note(StoragePath(parsing: path), in: rootID)
                try await onWritten()
            } catch {
                logger.warning(
                    "a written file is not in the catalog yet; the next scan finds it",
                    metadata: ["file": "\(file.name)", "error": "\(error)"])
            }
        }
        try await audit.fileWritten(action, id, file, by: author, at: time.now)
    }
}

/// A file that was written, for those who ask later who did it.
struct WrittenFile: Sendable {
    let place: CopyRequest.Place
    /// As `CopyEnd.name`.
    let name: String
    /// Where it came from: a place, or the name that a client gave it.
    let source: String
    let sizeBytes: Int64
}
