import CatalogCore
import CatalogDatabase
package import Logging
import Synchronization

/// Remembers when sessions and API keys were used last, until it is written down: a write for each request would be one too
/// many.
package final class LastUses: Sendable {
    enum Credential: Sendable, Hashable {
        case session(String)
        case apiKey(Int64)
    }

    private let database: any Database
    private let sessions = SessionStore()
    private let keys = APIKeyStore()
    private let notes = Mutex<[Credential: Int64]>([:])

    init(database: any Database) {
        self.database = database
    }

    /// - Parameter time: microseconds since 1970.
    func note(_ credential: Credential, at time: Int64) {
        notes.withLock { notes in
            // More than that within half a minute: some times are half a minute older than they could be.
            guard notes.count < Limits.callersCached || notes[credential] != nil else { return }
            notes[credential] = time
        }
    }

    /// Writes what is noted now; whoever shows it calls this first.
    func write() async throws {
        let taken = notes.withLock { notes in
            defer { notes.removeAll(keepingCapacity: true) }
            return notes
        }
        guard !taken.isEmpty else { return }
        try await database.write { [sessions, keys] connection in
            for (credential, time) in taken {
                switch credential {
                case .session(let id): try sessions.noteActivity(of: id, at: time, connection)
                case .apiKey(let id): try keys.noteUse(of: id, at: time, connection)
                }
            }
        }
    }

    /// The service that writes them down.
    ///
    /// - Parameter logger: where failures are written.
    package func writer(logger: Logger) -> PeriodicWrite {
        PeriodicWrite("when sessions were used", every: .seconds(30), logger: logger) { try await self.write() }
    }
}
