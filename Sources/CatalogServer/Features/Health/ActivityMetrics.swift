import CatalogCore
package import CatalogJobs
import CatalogStorage

/// The numbers about the catalog's own work, as the database and this process know them: no storage is touched for them.
package struct ActivityMetrics: Sendable {
    private let version: String
    private let jobs: JobStore
    private let roots: StorageRootService
    private let scans: ScanActivity

    /// - Parameter version: of the program.
    package init(version: String, jobs: JobStore, roots: StorageRootService, scans: ScanActivity) {
        self.version = version
        self.jobs = jobs
        self.roots = roots
        self.scans = scans
    }

    /// What a database out of order does not say is left out: the other numbers are wanted then most.
    func families() async -> [MetricFamily] {
        var result = [
            MetricFamily(gauge: "catalogizer_build_info", "The program; always 1.", [([("version", version)], 1)]),
            MetricFamily(
                "catalogizer_scanned_entries_total", "Entries that scans of this process have looked at.",
                kind: "counter", samples: ["catalogizer_scanned_entries_total \(scans.entries)"]),
        ]
        if let counts = try? await jobs.liveCounts() {
            result.append(
                ActivityMetrics.gauge(
                    "catalogizer_jobs_running", "Jobs that run now, in any process.", .running, counts))
            result.append(ActivityMetrics.gauge("catalogizer_jobs_queued", "Jobs that wait.", .pending, counts))
        }
        if let roots = try? await roots.list(scope: .everything, includingDisabled: false) {
            result.append(
                MetricFamily(
                    gauge: "catalogizer_storage_root_online",
                    "Whether a storage root could be reached when it was last tried.",
                    roots.filter { $0.status != .unknown }.map { ([("root", $0.name)], $0.status == .online ? 1 : 0) }))
            let circuits = roots.compactMap { root in self.roots.circuit(of: root.id).map { (root.name, $0) } }
            if !circuits.isEmpty {
                result.append(
                    MetricFamily(
                        gauge: "catalogizer_storage_circuit_open",
                        "Whether calls to a remote root fail at once, because it was away a moment ago.",
                        circuits.map { ([("root", $0.0)], $0.1 == .closed ? 0 : 1) }))
            }
        }
        return result
    }

    /// A kind that is named always has a number, since an absent one cannot be compared.
    private static func gauge(
        _ name: String, _ help: String, _ status: Job.Status, _ counts: [JobStore.LiveCount]
    ) -> MetricFamily {
        var numbers = ["scan": 0]
        for count in counts { numbers[count.kind, default: 0] += count.status == status ? count.jobs : 0 }
        return MetricFamily(
            gauge: name, help, numbers.sorted { $0.key < $1.key }.map { (labels: [("kind", $0.key)], value: $0.value) })
    }
}
