import CatalogCore
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Scopes by chance, each answer against what the list of files says.
@Suite struct ScopeOracleTests {
    /// Paths and sizes; every name has an `x`, and no two directories are alike.
    private static let files: [String: Int] = {
        var files: [String: Int] = [:]
        for number in 0..<60 {
            let parts = ["x\(number % 3)", "x\(number % 5)x", "x\(number % 2)"].prefix(number % 4)
            files[(parts + ["x file \(number)"]).joined(separator: "/")] = 1 << (number % 20)
        }
        return files
    }()

    /// Every directory of the tree, the root's own one as the empty text.
    private static let directories = Set(
        files.keys.flatMap { path in
            sequence(first: parent(of: path)) { $0.isEmpty ? nil : parent(of: $0) }
        })

    private static func parent(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }

    private static func isAt(_ path: String, orBelow place: String) -> Bool {
        place.isEmpty || path == place || path.hasPrefix(place + "/")
    }

    @Test(arguments: TestSearch.all) func `What is shown is what the scope says, however it is asked`(
        search: TestSearch
    ) async throws {
        try await CatalogAPI.with(search: search) { api in
            for (path, size) in Self.files {
                try api.server.write(path, [UInt8](repeating: 0, count: size))
            }
            try await api.addRoot()
            try await api.scan()
            try #require(
                try await api.post("roles", #"{"name":"guest","permissions":["media.view"]}"#).status == 201)
            let token = try await api.token(ofNew: "guest", role: "guest")
            var numbers = SplitMix(state: 7)
            let places = (Array(Self.files.keys) + Self.directories + ["x", "x0/x", "x0/nothing"]).sorted()
            for _ in 0..<25 {
                let chosen = (0..<Int.random(in: 1...4, using: &numbers)).map { _ in
                    places.randomElement(using: &numbers) ?? ""
                }
                let scope = chosen.map { #"{"root":"media","path_prefix":"\#($0)"}"# }.joined(separator: ",")
                let changed = try await api.send(.put, "roles/5", "{\"storage_scope\":[\(scope)]}")
                try #require(changed.status == 200, "\(changed.text)")
                try await check(api, token, chosen)
            }
        }
    }

    /// Whether a directory may be seen, or lies on the way to something.
    private static func isShown(_ directory: String, _ scope: [String]) -> Bool {
        scope.contains { isAt(directory, orBelow: $0) || isAt($0, orBelow: directory) }
    }

    private func check(_ api: CatalogAPI, _ token: String, _ scope: [String]) async throws {
        let seen = Self.files.filter { file in scope.contains { Self.isAt(file.key, orBelow: $0) } }
        var shown = Set(seen.keys)
        for directory in Self.directories where !directory.isEmpty {
            let children = Set(
                (Array(seen.keys) + Self.directories.filter { Self.isShown($0, scope) })
                    .filter { Self.parent(of: $0) == directory && !$0.isEmpty })
            let answer = try await api.get("catalog/media/\(directory)", token: token)
            let isShown = Self.isShown(directory, scope)
            #expect(answer.status == (isShown ? 200 : 404), "\(directory) in \(scope)")
            guard isShown else { continue }
            shown.insert(directory)
            #expect(Set(try answer.strings("path")) == children, "\(directory) in \(scope)")
            #expect(try answer.object()["total"] as? Int == children.count)
            let size = seen.filter { Self.isAt($0.key, orBelow: directory) }.values.reduce(0, +)
            let info = try await api.get("catalog-info/media/\(directory)", token: token).object()
            #expect(info["size"] as? Int == size, "\(directory) in \(scope)")
            let byID = try await api.get("catalog-info/\(info["id"] as? Int ?? 0)", token: token).object()
            #expect(byID["size"] as? Int == size, "\(directory) in \(scope)")
        }
        let hits = try await api.get("search?query=x&limit=1000&sort_by=size&min_size=0", token: token)
        #expect(Set(try hits.strings("path")) == shown, "\(scope)")
        #expect(try hits.object()["total"] as? Int == shown.count, "\(scope)")
        let sizes = try hits.objects("files").compactMap { $0["size"] as? Int }
        #expect(sizes == sizes.sorted(), "\(scope)")
    }
}
