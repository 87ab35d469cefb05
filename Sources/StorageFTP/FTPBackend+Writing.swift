package import CatalogCore
package import CatalogStorage
import CurlClient

// A server says `550` to whatever it does not do, so what was wrong is found out by looking.
extension FTPBackend: StorageWriting {
    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let place = try named(path)
        let there = try found(place)
        if there?.kind == .directory {
            throw CatalogError(.conflict, "Path is a directory", cause: "write \"\(path.text)\"")
        }
        if offset > 0, there?.sizeBytes != offset {
            throw CatalogError(.conflict, "The file is not as long as it was", cause: "write \"\(path.text)\"")
        }
        do {
            return try makingRoom {
                try FTPWriter(target, place, at: offset) { [self] failure in
                    reason(failure, "write", place, needs: [Self.parent(place)])
                }
            }
        } catch let failure as CurlFailure {
            throw reason(failure, "write", place, needs: [Self.parent(place)])
        }
    }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        let (from, to) = (try named(source), try named(target))
        do {
            try change(asking: { try $0.found(to) }) { connection, there in
                if !replacing, there != nil { throw CatalogError(.alreadyExists, "Path already exists") }
                try connection.rename(from, to: to)
            }
        } catch let failure as CurlFailure {
            // Some servers give no name away that is taken.
            guard failure.kind == .refused, replacing, try found(from) != nil, try found(to)?.kind == .file else {
                throw reason(failure, "rename", from, needs: [from, Self.parent(to)])
            }
            try replaceSteppingAside(target, by: source)
        }
    }

    package func makeDirectory(_ path: StoragePath) throws {
        let place = try named(path)
        do {
            try change(asking: { try $0.found(place) }) { connection, there in
                if there != nil { throw CatalogError(.alreadyExists, "Path already exists") }
                try connection.makeDirectory(place)
            }
        } catch let failure as CurlFailure {
            throw reason(failure, "make directory", place, needs: [Self.parent(place)])
        }
    }

    package func remove(_ path: StoragePath) throws {
        let place = try named(path)
        var isDirectory = false
        do {
            try change(asking: { try $0.look(place) }) { connection, there in
                isDirectory = there?.kind == .directory
                try connection.remove(place, isDirectory: isDirectory)
            }
        } catch let failure as CurlFailure {
            var isEmpty = true
            if isDirectory, failure.kind == .refused {
                _ = try call("list", place) { try $0.list(place) { _ in isEmpty = false } }
            }
            guard isEmpty else { throw CatalogError(.conflict, "Directory is not empty", cause: failure.text) }
            throw failure.ftpError("remove", place)
        }
    }

    private func found(_ path: [UInt8]) throws -> StorageEntry? { try call("look at", path) { try $0.found(path) } }

    /// What a refusal means, where places have to be there for it to be anything else than a missing one.
    private func reason(_ failure: CurlFailure, _ action: String, _ path: [UInt8], needs: [[UInt8]]) -> any Error {
        guard failure.kind == .refused else { return failure.ftpError(action, path) }
        do {
            for place in needs where try found(place) == nil {
                return CatalogError(.notFound, "Path not found", cause: "\(action): \(failure.text)")
            }
        } catch {
            return error
        }
        return failure.ftpError(action, path)
    }

    private func named(_ path: StoragePath) throws -> [UInt8] {
        try path.requireName()
        return try target.path(path.bytes)
    }

    private static func parent(_ path: [UInt8]) -> [UInt8] {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")), slash > 1 else { return Array("./".utf8) }
        return Array(path[..<slash])
    }
}
