import CatalogCore
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Testing

/// The connection breaks at the k-th reply of a scan, in three ways, and no row of the catalog is lost.
///
/// The k are chosen anew in each run, one from each part of the scan; the long form takes every one.
@Suite struct ConnectionCutTests {
    /// A protocol, and how many k of it each run tries. Another protocol is another line.
    private static let protocols: [(kind: TestStorageServer.Kind, cuts: Int)] = [
        (.nfs, 30), (.smb, 9), (.ftp, 6), (.ftpListOnly, 6), (.webdav, 9),
    ]

    private static let isLong = ProcessInfo.processInfo.environment["TEST_LONG"] == "1"
    private static let types: [ScanType] = [.incremental, .quick, .incremental, .quick, .full]

    @Test(arguments: protocols.indices) func `No row is lost wherever a connection breaks`(index: Int) async throws {
        let (kind, cuts) = Self.protocols[index]
        let server = try await TestStorageServer.shared(kind)
        let tree = try FaultTree(in: server.share)
        try await TestProxy.with(before: server.url) { proxy in
            let place = proxy.url(server.url(of: tree.scratch.path))
            try await FaultFixture.withNew(server.location(url: place, ["timeout": "6"])) { nas in
                var replies: [ScanType: Int] = [:]
                for type in [ScanType.full, .quick] {
                    let scan = try await nas.scanWhole(type, prepare: proxy.clear)
                    #expect(scan.isWhole, "\(scan)")
                    replies[type] = try proxy.count()
                }
                replies[.incremental] = replies[.full]
                try #require(try await nas.paths() == tree.paths)
                let known = try await nas.rows()
                var happened = 0
                var slow = 0
                let plan = Self.plan(cuts, replies)
                for cut in plan {
                    let outcome = try await breaks(nas, proxy, at: cut, knowing: known)
                    if outcome.happened { happened += 1 }
                    if outcome.healedLate { slow += 1 }
                }
                // Replies come in another order each time, so the last of them may not come at all.
                #expect(happened >= plan.count * 3 / 4, "\(happened) of \(plan.count)")
                #expect(slow <= plan.count / 4, "\(slow) of \(plan.count) needed more than one scan to heal")
            }
        }
    }

    private struct Cut: CustomStringConvertible {
        let reply: Int
        let mode: TestProxy.Cut
        let type: ScanType
        /// The scan after it.
        let heals: ScanType

        var description: String { "\(type) scan, \(mode) at reply \(reply)" }
    }

    private static func plan(_ cuts: Int, _ replies: [ScanType: Int]) -> [Cut] {
        let all = replies.values.max() ?? 1
        let count = isLong ? all : cuts
        return (0..<count).map { number in
            var type = types[number % types.count]
            // Silence takes seconds each time, so there is less of it.
            let modes: [TestProxy.Cut] = [.reset, .half, .reset, .half, .silence]
            let mode = modes[(number + number / types.count) % modes.count]
            if isLong, number >= replies[type] ?? 0 { type = .incremental }
            let replies = replies[type] ?? 1
            let part = isLong ? number..<number + 1 : replies * number / count..<replies * (number + 1) / count
            return Cut(reply: Int.random(in: part) + 1, mode: mode, type: type, heals: number % 3 == 0 ? type : .quick)
        }
    }

    /// - Returns: whether the scan came to this reply, and whether one more scan was not enough to heal what it left.
    private func breaks(
        _ nas: FaultFixture, _ proxy: TestProxy, at cut: Cut, knowing known: [FaultFixture.Row]
    ) async throws -> (happened: Bool, healedLate: Bool) {
        try proxy.cut(at: cut.reply, cut.mode)
        let broken = try await nas.scan(cut.type)
        let happened = try proxy.isCut()
        #expect(["failed", "completed"].contains(broken.status), "\(cut): \(broken.status)")
        try proxy.clear()
        var scans = 0
        let healed = try await nas.scanWhole(cut.heals) {
            let rows = try await nas.rows()
            #expect(rows == known, "\(cut)")
            scans += 1
        }
        let complaints = try await nas.complaints()
        #expect(healed.isWhole, "\(cut): \(healed), \(complaints)")
        #expect(try await nas.rows() == known, "\(cut)")
        #expect(try await nas.removals() == 0, "\(cut)")
        return (happened, scans > 1)
    }
}
