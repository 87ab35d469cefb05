import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogSearch
import CatalogServer
import CatalogSettings
import Logging

/// The scan command over the service of scans.
struct ScanAdapter: ScanCommands {
    let product: ProductServices
    let application: Application

    func start(_ order: ScanOrder) async throws -> (id: Int64, isNew: Bool) {
        guard let type = ScanType(rawValue: order.kind.rawValue) else {
            throw CatalogError(.unsupported, "--\(order.kind.rawValue) is not supported by this version")
        }
        let root = try await product.services.roots.named(order.rootName)
        do {
            let id = try await product.services.scans.request(
                ScanRequest(
                    rootID: root.id, path: try StoragePath(parsing: order.path ?? ""), type: type,
                    confirmsRemovals: order.confirmsRemovals))
            return (id, true)
        } catch let error as CatalogError where error.code == .conflict {
            // Who asks again wants to see how far it is; and what an interrupted command left behind has to go on.
            guard case .integer(let id) = error.details["job_id"], (try? await snapshot(of: id)) != nil else {
                throw error
            }
            return (id, false)
        }
    }

    func errors(of id: Int64, limit: Int) async throws -> [String] {
        try await product.services.scans.errors(of: id, page: Page(limit: limit), scope: .everything).errors.map {
            "\($0.path): \($0.message)"
        }
    }

    var isServed: Bool { application.otherServer != nil }

    func isWorkersOwn(_ id: Int64) async throws -> Bool {
        let scan = try await product.services.scans.find(id, scope: .everything)
        guard !application.settings.worker.roots.contains(scan.rootName) else { return false }
        return try await product.services.scans.isPinned(product.services.roots.named(scan.rootName).id)
    }

    func reasonToLeaveToOthers(_ id: Int64) async throws -> String? {
        // Over a file there are no others.
        guard application.database.carriesSignals else { return nil }
        let scan = try await product.services.scans.find(id, scope: .everything)
        guard scan.status == "queued" else { return nil }
        do {
            _ = try await product.services.roots.probe(product.services.roots.named(scan.rootName))
            return nil
        } catch let error as CatalogError {
            return error.message
        }
    }

    func snapshot(of id: Int64) async throws -> ScanSnapshot {
        let scan = try await product.services.scans.find(id, scope: .everything)
        return ScanSnapshot(
            id: scan.id, rootName: scan.rootName, scanType: scan.type,
            status: ScanSnapshot.Status(rawValue: scan.status) ?? .failed, percent: scan.percent,
            entriesFound: scan.counts.entriesFound, added: scan.counts.added, updated: scan.counts.updated,
            removed: scan.counts.removed, moved: scan.counts.moved, removalsParked: scan.removalsParked,
            errors: scan.counts.errors,
            currentPath: scan.currentPath, startedAt: scan.startedAt, endedAt: scan.endedAt,
            errorMessage: scan.errorMessage)
    }

    func runHere(_ id: Int64) async throws {
        // The index of the data directory follows, so that the next search or server has nothing to catch up with. While
        // another command holds it, they will have to: the journal waits for them.
        let index = try await application.openIndex()
        let result: Result<Void, any Error>
        do {
            // That the scan failed is said by the command itself.
            let level: Logger.Level? = application.log.level == .warning ? .critical : nil
            let services = try ProductServices(application, index: index, logLevel: level).services
            _ = try await services.worker.runOnly(id)
            try await services.shutdown()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await index?.close()
        try result.get()
    }
}
