import CatalogCore
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// Other ways in which a storage on another machine fails and comes back.
@Suite struct StorageFaultTests {
    private static let kinds: [TestStorageServer.Kind] = [.nfs, .smb, .ftp, .ftpListOnly, .webdav]

    @Test(arguments: kinds) func `A root that is empty all at once loses nothing, and is whole when it is back`(
        kind: TestStorageServer.Kind
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let tree = try FaultTree(in: server.share, directories: 80)
        try await FaultFixture.withNew(server.location(of: tree.scratch.path)) { nas in
            #expect(try await nas.scan(.full).status == "completed")
            let known = try await nas.rows()
            // As a share whose disk is not mounted: there, and empty.
            let aside = tree.scratch.path + "-aside"
            try FileManager.default.moveItem(atPath: tree.scratch.path, toPath: aside)
            try FileManager.default.createDirectory(atPath: tree.scratch.path, withIntermediateDirectories: false)
            for type in [ScanType.incremental, .quick, .full] {
                let scan = try await nas.scan(type)
                #expect(scan.status == "needs_confirmation", "\(type): \(scan)")
                #expect(try await nas.rows() == known, "\(type)")
            }
            try FileManager.default.removeItem(atPath: tree.scratch.path)
            // Nothing at all is there now.
            let gone = try await nas.scan(.incremental)
            #expect(gone.status == "failed", "\(gone)")
            #expect(try await nas.rows() == known)
            try FileManager.default.moveItem(atPath: aside, toPath: tree.scratch.path)
            let back = try await nas.scan(.incremental)
            #expect(back.status == "completed", "\(back)")
            #expect(try await nas.rows() == known)
            #expect(try await nas.removals() == 0)
        }
    }

    @Test(arguments: kinds) func `A file that is shorter than the server said never reads as a whole one`(
        kind: TestStorageServer.Kind
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        let size = 8 << 20
        try scratch.writeFile(["film"], [UInt8](repeating: 7, count: size))
        try await FaultFixture.withNew(server.location(of: scratch.path, ["timeout": "10"])) { nas in
            let path = try StoragePath(parsing: "film")
            let read = try await nas.ask { backend -> Int? in
                let reader = try backend.openReader(path)
                guard reader.sizeBytes == Int64(size) else { return nil }
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                var total = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
                guard truncate(scratch.native(["film"]), 1 << 20) == 0 else { return nil }
                do {
                    while true {
                        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(total)) }
                        guard count > 0 else { return total }
                        total += count
                    }
                } catch is CatalogError {
                    return total
                }
            }
            // What was sent ahead may come, but not what nobody has.
            let total = try #require(read)
            #expect(total < size, "\(total) of \(size)")
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds + [.webdavRclone])
    func `Links to a directory above, which a server may follow, end soon and are named`(
        kind: TestStorageServer.Kind
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.writeFile(["film"], [1, 2, 3])
        try scratch.makeDirectory(["deep"])
        try scratch.writeFile(["deep", "film"], [1, 2, 3, 4])
        for name in ["one", "two"] { try scratch.link(["deep", name], to: "..") }
        try await FaultFixture.withNew(server.location(of: scratch.path)) { nas in
            let scan = try await nas.scan(.full)
            #expect(scan.status == "completed", "\(scan)")
            let rows = try await nas.rows()
            let isFollowed = rows.contains { NameEncoding.text(of: $0.name) == "one" && $0.kind == 1 }
            let loops = try await nas.complaints().filter { $0.contains("linkLoop") }
            #expect(isFollowed == !loops.isEmpty, "\(loops)")
            // Where files have no numbers the same is listed a few times; up to the limit of depth it would be millions.
            #expect(rows.count <= (kind == .smb ? 6 : 36), "\(rows.count)")
            #expect(try await nas.scan(.incremental).status == "completed")
            #expect(try await nas.rows() == rows)
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds) func `A server that drips is given up, and costs no row`(
        kind: TestStorageServer.Kind
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let tree = try FaultTree(in: server.share, directories: 80)
        try await TestProxy.with(before: server.url) { proxy in
            let place = proxy.url(server.url(of: tree.scratch.path))
            try await FaultFixture.withNew(server.location(url: place, ["timeout": "5"])) { nas in
                let first = try await nas.scanWhole(.full)
                #expect(first.isWhole, "\(first)")
                let known = try await nas.rows()
                try proxy.drip(1)
                let scan = try await nas.scan(.incremental)
                #expect(scan.status == "failed", "\(scan)")
                #expect(try await nas.rows() == known)
                try proxy.clear()
                let last = try await nas.scanWhole(.incremental)
                #expect(last.isWhole, "\(last)")
                #expect(try await nas.rows() == known)
                #expect(try await nas.paths() == tree.paths)
            }
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds)
    func `A server that ends in the middle of a scan and is started again`(
        kind: TestStorageServer.Kind
    ) async throws {
        try await TestStorageServer.with(kind) { server in
            let tree = try FaultTree(in: server.share, directories: 400)
            try await FaultFixture.withNew(server.location(of: tree.scratch.path)) { nas in
                let half = Mutex(false)
                async let first = nas.scan(.full) { progress in
                    if progress.counts.directoriesListed >= 40 { half.withLock { $0 = true } }
                }
                while !half.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                try await server.make("kill")
                // All that was found stays, and nothing else is in the catalog.
                #expect(["failed", "completed"].contains(try await first.status))
                #expect(try await nas.paths().isSubset(of: tree.paths))
                let found = try await nas.rows()
                #expect(try await nas.scan(.incremental).status == "failed")
                #expect(try await nas.rows() == found)
                try await server.make("start")
                let scan = try await nas.scanWhole(.incremental)
                #expect(scan.isWhole, "\(scan)")
                #expect(try await nas.paths() == tree.paths)
                let ids = Set(try await nas.rows().map(\.id))
                #expect(found.allSatisfy { ids.contains($0.id) && !$0.isMissing })
            }
        }
    }
}
