import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

/// Copies and uploads with storages on other machines, over real servers.
@Suite struct RemoteCopyContractTests {
    @Test(arguments: [TestStorageServer.Kind.nfs, .smb])
    func `Files go to a remote root, within it and back`(kind: TestStorageServer.Kind) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        let url = server.url(of: scratch.path)
        try await CatalogAPI.withRoots { api in
            let login = kind == .nfs ? "" : #","username":"catalogizer","password":"catalogizer""#
            let root = #"{"name":"nas","protocol":"\#(kind.rawValue)","url":"\#(url)","timeout":300\#(login)}"#
            try #require(try await api.post("storage/roots", root).status == 201)
            try await api.scan("nas")
            let out = try await api.post(
                "copy/storage", #"{"source_path":"media:films/a film.mkv","dest_path":"new/a.mkv","storage_id":"nas"}"#)
            #expect(out.status == 200, "\(out.text)")
            #expect(try scratch.content(["new", "a.mkv"]) == CopyContent.film)
            let within = try await api.post(
                "copy/storage", #"{"source_path":"nas:new/a.mkv","dest_path":"new/b.mkv","storage_id":"nas"}"#)
            #expect(within.status == 200, "\(within.text)")
            #expect(try scratch.content(["new", "b.mkv"]) == CopyContent.film)
            let back = try await api.post(
                "copy/local",
                #"{"source_path":"nas:new/b.mkv","destination_path":"\#(api.server.transfer)/b.mkv"}"#)
            #expect(back.status == 200, "\(back.text)")
            let got = FileManager.default.contents(atPath: api.server.transfer + "/b.mkv").map { Array($0) }
            #expect(got == CopyContent.film)
            let fields = [("destination", Array("nas:up/".utf8)), ("file/ü.mkv", CopyContent.film)]
            #expect(try await api.upload(fields).status == 200)
            #expect(try scratch.content(["up", "ü.mkv"]) == CopyContent.film)
            #expect(try await api.upload(fields).status == 409)
            if kind == .smb {
                // Case does not matter there: it is the directory that is there already.
                let shouted = [("destination", Array("nas:UP/".utf8)), ("file/b", [UInt8(1)])]
                #expect(try await api.upload(shouted).status == 200)
                #expect(try await api.get("catalog/nas/up").strings("name").sorted() == ["b", "ü.mkv"])
                #expect(try await api.get("catalog/nas").strings("name").sorted() == ["new", "up"])
                try scratch.remove(["up", "b"])
                try await api.scan("nas")
            }
            let replaced = try await api.upload(fields + [("overwrite", Array("true".utf8))])
            #expect(replaced.status == 200, "\(replaced.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.native(["up"])) == ["ü.mkv"])
            #expect(try await api.get("catalog-info/nas").object()["size"] as? Int == 3 * CopyContent.film.count)
            let scan = try await api.scan("nas").object()
            #expect(scan["files_added"] as? Int == 0 && scan["files_deleted"] as? Int == 0, "\(scan)")
        }
    }
}
