import CatalogTestSupport
import Foundation
import Testing

/// What is said of one entry.
@Suite struct FileInfoContractTests {
    private func withTree(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/2024/Film.MKV", Array(repeating: 1, count: 3))
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    private static let keys: Set<String> = [
        "id", "storage_root_id", "storage_root_name", "smb_root", "path", "name", "is_directory", "type", "size",
        "mime_type", "extension", "file_type", "parent_id", "is_duplicate", "duplicate_group_id", "media_type",
        "media_item_id", "hash", "md5", "sha1", "sha256", "blake3", "created_at", "modified_at", "last_modified",
        "accessed_at", "last_scan_at", "updated_at", "deleted", "is_symlink",
    ]

    @Test func `A file has every documented key with its type`() async throws {
        try await withTree { api in
            let answer = try await api.get("catalog-info/media/films/2024/Film.MKV", token: api.viewer)
            #expect(answer.status == 200)
            let file = try answer.object()
            #expect(Set(file.keys) == Self.keys)
            let texts = [
                "storage_root_name": "media", "smb_root": "media", "path": "films/2024/Film.MKV", "name": "Film.MKV",
                "type": "file", "mime_type": "video/x-matroska", "extension": "mkv", "file_type": "video",
                "created_at": "2024-01-15T10:30:00Z", "updated_at": "2024-01-15T10:30:00Z",
                "last_scan_at": "2024-01-15T10:30:00Z",
            ]
            for (key, text) in texts { #expect(file[key] as? String == text, "\(key)") }
            for key in ["modified_at", "last_modified"] {
                let text = try #require(file[key] as? String)
                #expect(text.wholeMatch(of: /[0-9-]{10}T[0-9:]{8}Z/) != nil, "\(key)")
            }
            #expect(file["modified_at"] as? String == file["last_modified"] as? String)
            #expect(file["size"] as? Int == 3)
            #expect(file["storage_root_id"] as? Int == 1)
            let parent = try await api.id(of: "films/2024")
            #expect(file["parent_id"] as? Int == parent)
            for key in ["is_directory", "is_duplicate", "deleted", "is_symlink"] {
                #expect(answer.text.contains("\"\(key)\":false"), "\(key)")
            }
            let nulls = file.filter { $0.value is NSNull }.keys
            #expect(
                Set(nulls) == [
                    "duplicate_group_id", "media_type", "media_item_id", "hash", "md5", "sha1", "sha256", "blake3",
                    "accessed_at",
                ])
        }
    }

    @Test func `A directory has no type of its own, and one at the top no parent`() async throws {
        try await withTree { api in
            let answer = try await api.get("catalog-info/media/films")
            let directory = try answer.object()
            #expect(Set(directory.keys) == Self.keys)
            #expect(directory["type"] as? String == "directory")
            #expect(answer.text.contains("\"is_directory\":true"))
            #expect(directory["size"] as? Int == 3)
            for key in ["mime_type", "extension", "file_type", "parent_id"] {
                #expect(directory[key] is NSNull, "\(key)")
            }
        }
    }

    @Test func `An id in digits means its entry, and nothing else does`() async throws {
        try await withTree { api in
            let id = try await api.id(of: "films")
            #expect(try await api.get("catalog-info/\(id)").object()["path"] as? String == "films")
            for path in ["+\(id)", "-\(id)", "%20\(id)", "99999999999999999999"] {
                let answer = try await api.get("catalog-info/\(path)")
                #expect(answer.status == 404, "\(path)")
                #expect(answer.text == #"{"error":"File not found"}"#, "\(path)")
            }
        }
    }

    @Test func `A root that was never scanned is an empty directory`() async throws {
        try await CatalogAPI.with { api in
            try await api.addRoot()
            let answer = try await api.get("catalog-info/media")
            #expect(answer.status == 200)
            let root = try answer.object()
            #expect(Set(root.keys) == Self.keys)
            #expect(root["id"] as? Int == 0)
            #expect(root["path"] as? String == "")
            #expect(root["type"] as? String == "directory")
            #expect(root["created_at"] as? String == "2024-01-15T10:30:00Z")
            #expect(root["last_scan_at"] is NSNull)
            #expect(try await api.get("catalog-info/media/films").status == 404)
            #expect(try await api.get("catalog-info/other").status == 404)
            #expect(try await api.get("catalog/media").object()["total"] as? Int == 0)
        }
    }

    @Test(arguments: [
        ("catalog/other", "Storage root not found"), ("catalog/media/none", "Path not found"),
        ("catalog/media/films/none/deeper", "Path not found"), ("catalog-info/other/films", "File not found"),
    ])
    func `What is not there is answered with the documented text`(path: String, text: String) async throws {
        try await withTree { api in
            let answer = try await api.get(path)
            #expect(answer.status == 404)
            #expect(answer.text == #"{"error":"\#(text)"}"#)
        }
    }
}
