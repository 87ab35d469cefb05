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
        if let name = order.rootName { _ = try await product.services.roots.find(name, scope: .everything) }
        return try await withIndex { index in
            var request = SearchRequest(text: order.term, page: Page(limit: order.limit))
            request.rootNames = order.rootName.map { [$0] }
            let found = try await product.services.search(index).search(request, scope: .everything)
            let hits = found.entries.map { entry in
                SearchHit(
                    id: entry.id, rootName: entry.rootName, path: entry.path, isDirectory: entry.isDirectory,
                    sizeBytes: entry.sizeBytes, modifiedAt: entry.modifiedNS / 1_000)
            }
            return SearchPage(hits: hits, total: found.total)
        }
    }

    /// The index of the data directory, or one for this question only while a server or another command holds that one.
    private func withIndex(_ body: (NameIndex) async throws -> SearchPage) async throws -> SearchPage {
        let own = application.settings.temporaryDirectory + "/search-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: own) }
        let index: NameIndex
        if let shared = try await application.openIndex() {
            index = shared
        } else {
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            index = try await NameIndex(database: application.database, directory: own)
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
