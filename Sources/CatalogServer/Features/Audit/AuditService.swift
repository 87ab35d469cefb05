package import CatalogCore
package import CatalogDatabase

/// Reads the audit trail.
package struct AuditService: Sendable {
    private let database: any Database
    private let store = AuditStore()

    package init(database: any Database) {
        self.database = database
    }

    /// The latest events first, and how many there are in all.
    package func events(_ filter: AuditFilter, page: Page) async throws -> (records: [AuditRecord], total: Int) {
        try await database.read { try store.events(filter, page: page, $0) }
    }

    /// Notes that somebody has written a file; its number is nil while the catalog does not have it.
    func fileWritten(
        _ action: AuditEvent.Action, _ id: EntryID?, _ file: WrittenFile, by author: Author, at now: Int64
    ) async throws {
        let event = AuditEvent(
            action: action, target: .file(id, file.name),
            changes: [
                AuditEvent.Change("source", to: file.source), AuditEvent.Change("size", to: "\(file.sizeBytes)"),
            ])
        try await database.write { try store.record(event, by: author, now: now, $0) }
    }

    /// Notes that a running server took over new values of settings; their values may be secret.
    ///
    /// - Parameters:
    ///   - keys: the settings; with none, nothing is noted.
    ///   - now: microseconds since 1970.
    package func settingsReloaded(_ keys: [String], at now: Int64) async throws {
        guard !keys.isEmpty else { return }
        let event = AuditEvent(
            action: .settingsReloaded, target: .settings, changes: keys.map { AuditEvent.Change($0) })
        try await database.write { try store.record(event, by: .commandLine, now: now, $0) }
    }
}
