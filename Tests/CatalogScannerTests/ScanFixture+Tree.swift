import CatalogCore
import Foundation

/// The tree on the disk, and what the catalog should say of it.
extension ScanFixture {
    func write(_ path: String, bytes: Int = 10) throws {
        let full = tree + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(repeating: 65, count: bytes).write(to: URL(fileURLWithPath: full))
    }

    func append(_ text: String, to path: String) throws {
        guard let file = FileHandle(forWritingAtPath: tree + "/" + path) else { throw CocoaError(.fileNoSuchFile) }
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func size(of path: String) throws -> Int64 {
        try FileManager.default.attributesOfItem(atPath: tree + "/" + path)[.size] as? Int64 ?? 0
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: tree + "/" + path)
    }

    func move(_ path: String, to target: String) throws {
        try FileManager.default.moveItem(atPath: tree + "/" + path, toPath: tree + "/" + target)
    }

    func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: tree + "/" + path, withIntermediateDirectories: true)
    }

    /// Seconds since 1970, as the time of its last change.
    func setTime(of path: String, to seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: tree + "/" + path)
    }

    /// Directories whose size in the catalog is not the sum of the files below them.
    func wrongSizes() async throws -> [String] {
        let catalog = try await catalog()
        let files = catalog.filter { $0.value.kind != EntryKind.directory.rawValue }
        return catalog.filter { path, row in
            let sum = files.filter { $0.key.hasPrefix(path + "/") }.reduce(0) { $0 + $1.value.size }
            return row.kind == EntryKind.directory.rawValue && row.size != sum
        }.map(\.key)
    }
}
