import CatalogCore
import CatalogSearch
import CatalogServer
import CatalogSettings
import Foundation

/// The search command over the same service as the API.
struct SearchAdapter: SearchCommands {
    let product: ProductServices
    let application: Application

    func search(_ order: SearchOrder) async throws -> SearchPage {
        if let name = order.rootName { _ = try await product.services.roots.named(name) }
        return try await withEngine { engine in
            var request = SearchRequest(text: order.term, page: Page(limit: order.limit))
            request.rootNames = order.rootName.map { [$0] }
            let found = try await product.services.search(engine).search(request, scope: .everything)
            let hits = found.entries.map { entry in
                SearchHit(
                    id: entry.id, rootName: entry.rootName, path: entry.path, isDirectory: entry.isDirectory,
                    sizeBytes: entry.sizeBytes, modifiedAt: entry.modifiedNS / 1_000)
            }
            return SearchPage(hits: hits, total: found.total)
        }
    }

    private func withEngine(_ body: (SearchEngine) async throws -> SearchPage) async throws -> SearchPage {
        switch application.settings.searchEngine {
        case .index: try await withIndex { try await body(.index($0)) }
        case .database: try await body(.database(try TrigramSearch(database: application.database)))
        }
    }

    /// The index of the data directory, or one for this question only while a server or another command holds that one.
    private func withIndex(_ body: (NameIndex) async throws -> SearchPage) async throws -> SearchPage {
        var own: String?
        defer { if let own { try? FileManager.default.removeItem(atPath: own) } }
        let index: NameIndex
        if let shared = try await application.openIndex() {
            index = shared
        } else {
            // A name that the next server sweeps away, should this command be killed.
            let path = try TemporaryDirectory.prepare(
                application.settings.temporaryDirectory, for: application.directory
            ).newPath()
            own = path
            index = try await NameIndex(database: application.database, directory: path)
        }
        let result: Result<SearchPage, any Error>
        do {
            result = .success(try await body(index))
        } catch {
            result = .failure(error)
        }
        try await index.close()
        return try result.get()
    }
}
