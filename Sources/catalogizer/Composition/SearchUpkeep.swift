import CatalogCore
import CatalogSearch
import CatalogServer
import CatalogSettings
import Logging
import ServiceLifecycle

extension Application {
    /// What a server searches with: an index of its own, opened or built, or the database's, built when it is not there.
    ///
    /// - Throws: as `NameIndex`, or as `TrigramSearch`.
    func openSearch(reads: ForegroundReads, logger: Logger) async throws -> SearchEngine {
        switch settings.searchEngine {
        case .index:
            let index = try await NameIndex(
                database: database, directory: directory.path(of: Self.searchDirectoryName), reads: reads,
                processors: ProcessEnvironment.processorCount, note: { logger.notice("search index: \($0)") })
            return .index(index)
        case .database:
            let trigrams = try TrigramSearch(database: database)
            try await trigrams.prepare()
            return .database(trigrams)
        }
    }
}

/// Keeps the node's search index in step with the catalog, and the journal of names short.
struct SearchUpkeep: Service {
    private static let pruneInterval = Duration.seconds(3_600)
    let engine: SearchEngine
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                if let index = engine.index { group.addTask { try await index.run() } }
                group.addTask { await prune() }
            }
        }
    }

    private func prune() async {
        while (try? await Task.sleep(for: Self.pruneInterval)) != nil {
            do { try await engine.pruneJournal() } catch {
                logger.warning("the journal of names could not be shortened", metadata: ["error": "\(error)"])
            }
        }
    }
}
