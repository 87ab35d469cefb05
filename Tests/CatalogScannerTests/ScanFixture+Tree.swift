import CatalogCore
import CatalogStorage
import Foundation
import Testing

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

    /// Puts another byte into a file and sets its time back, which is of a whole second: no other one can be set exactly from here.
    func damage(_ path: String, at place: Int) throws {
        let time = try backend.stat(StoragePath(parsing: path)).modifiedNS
        try #require(time % 1_000_000_000 == 0)
        let handle = try #require(FileHandle(forUpdatingAtPath: tree + "/" + path))
        try handle.seek(toOffset: UInt64(place))
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: [byte ^ 1])
        try handle.close()
        try setTime(of: path, to: Double(time / 1_000_000_000))
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
