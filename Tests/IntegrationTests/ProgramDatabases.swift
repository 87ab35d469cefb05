import CatalogTestSupport
import Synchronization

/// The databases of one test: each data directory has one of its own, on the engine that this run is about.
final class ProgramDatabases: Sendable {
    private let scratch: String
    private let places = Mutex<[String: TestEngine.Place]>([:])

    /// - Parameter scratch: the directory that all data directories are in.
    init(in scratch: String) {
        self.scratch = scratch
    }

    /// The database of a data directory, made when it is asked for the first time.
    func place(of data: String) async throws -> TestEngine.Place {
        if let known = places.withLock({ $0[data] }) { return known }
        let place = TestEngine.place(in: scratch + "/" + data)
        try await place.create()
        places.withLock { $0[data] = place }
        return place
    }

    /// Removes what is not in the data directory itself.
    func remove(_ data: String) async throws {
        try await places.withLock { $0.removeValue(forKey: data) }?.remove()
    }

    func removeAll() async throws {
        for data in places.withLock({ Array($0.keys) }) { try await remove(data) }
    }
}
