import CatalogCore
import CatalogJobs
import CatalogScanner
import CatalogSearch
import CatalogServer
import CatalogSettings

/// The scan command over the service of scans.
struct ScanAdapter: ScanCommands {
    let product: ProductServices
    let application: Application

    func start(_ order: ScanOrder) async throws -> Int64 {
        guard let type = ScanType(rawValue: order.kind.rawValue) else {
            throw CatalogError(.unsupported, "--\(order.kind.rawValue) is not supported by this version")
        }
        let root = try await product.services.roots.find(order.rootName, scope: .everything)
        do {
            return try await product.services.scans.request(
                ScanRequest(rootID: root.id, type: type, confirmsRemovals: order.confirmsRemovals))
        } catch let error as CatalogError where error.code == .conflict && application.otherServer == nil {
            // No server will ever run a job that an interrupted command left behind: this command goes on with it.
            guard case .integer(let id) = error.details["job_id"] else { throw error }
            return id
        }
    }

    var isServed: Bool { application.otherServer != nil }

    func snapshot(of id: Int64) async throws -> ScanSnapshot {
        let scan = try await product.services.scans.find(id, scope: .everything)
        return ScanSnapshot(
            id: scan.id, rootName: scan.rootName, scanType: scan.type,
            status: ScanSnapshot.Status(rawValue: scan.status) ?? .failed, percent: scan.percent,
            entriesFound: scan.counts.entriesFound, added: scan.counts.added, updated: scan.counts.updated,
            removed: scan.counts.removed, removalsParked: scan.removalsParked, errors: scan.counts.errors,
            currentPath: scan.currentPath, startedAt: scan.startedAt, endedAt: scan.endedAt,
            errorMessage: scan.errorMessage)
    }

    func runHere(_ id: Int64) async throws {
        // The index of the data directory follows, so that the next search or server has nothing to catch up with. While
        // another command holds it, they will have to: the journal waits for them.
        let index = try await application.openIndex()
        let result: Result<Void, any Error>
        do {
            let services = try ProductServices(application, index: index).services
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
