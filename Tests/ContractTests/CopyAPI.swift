import CatalogCore
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What tests of copies send and look at.
extension CatalogAPI {
    /// A server with the scanned root `media`, which has `films/a film.mkv`, and the root `other`, which has `old.txt`.
    static func withRoots(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await with { api in
            try api.server.write("media/films/a film.mkv", CopyContent.film)
            try api.server.write("other/old.txt", Array("old".utf8))
            for name in ["media", "other"] {
                let root = #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#
                try #require(try await api.post("storage/roots", root).status == 201)
                try await api.scan(name)
            }
            try await body(api)
        }
    }

    /// The content of a file below the test's tree; nil when there is none.
    func content(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: server.tree + "/" + path).map { Array($0) }
    }

    /// Names in a directory of the test's tree, those that begin with a dot too.
    func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: server.tree + "/" + path)) ?? []).sorted()
    }

    /// Sends a form; a field whose name is `file` is one, with the name that stands behind a slash.
    func upload(_ fields: [(String, [UInt8])], token: String? = nil) async throws -> Answer {
        try await send(
            .post, "copy/upload", body: CopyContent.form(fields), token: token,
            headers: ["Content-Type": "multipart/form-data; boundary=x"])
    }

    /// Waits until a copy is over.
    func waitForCopy(_ job: Int) async throws -> [String: Any] {
        let deadline = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < deadline {
            let copy = try await get("copy/jobs/\(job)").object()
            if !["queued", "running"].contains(copy["status"] as? String) { return copy }
            // Other tests want the processors too.
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ScanNeverEnded()
    }
}

enum CopyContent {
    static let film = TestContent.noise(1_300_000)

    static func form(_ fields: [(String, [UInt8])]) -> [UInt8] {
        let parts = fields.flatMap { name, content -> [UInt8] in
            let isFile = name.hasPrefix("file/")
            let head =
                isFile
                ? "name=\"file\"; filename=\"\(name.dropFirst(5))\"\r\nContent-Type: application/octet-stream"
                : "name=\"\(name)\""
            return Array("--x\r\nContent-Disposition: form-data; \(head)\r\n\r\n".utf8) + content + Array("\r\n".utf8)
        }
        return parts + Array("--x--\r\n".utf8)
    }
}
