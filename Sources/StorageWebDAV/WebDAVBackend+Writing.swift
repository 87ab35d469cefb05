package import CatalogCore
package import CatalogStorage
import CurlClient

// Servers differ in the status for what they do not do, so what was wrong is found out by looking.
extension WebDAVBackend: StorageWriting {
    /// Seconds that a server may take for a copy of its own, of which it says nothing until it is done. One that is gone is noticed sooner,
    /// by the system.
    private static let copySeconds = 14_400

    package func openWriter(
        _ path: StoragePath, at offset: Int64, expecting expectedBytes: Int64?
    ) throws -> any StorageWriter {
        let place = try named(path)
        guard offset == 0 else {
            throw CatalogError(.unsupported, "WebDAV cannot go on with a file that was written in part")
        }
        let there = try found(place)
        if there?.kind == .directory {
            throw CatalogError(.conflict, "Path is a directory", cause: "write \"\(path.text)\"")
        }
        // A server that refuses the first bytes may hang up before we have read why.
        if there == nil { _ = try entry(Self.parent(place), "write") }
        do {
            return try WebDAVWriter(target, place, expecting: expectedBytes)
        } catch let failure as CurlFailure {
            throw failure.webDAVError("write", place)
        }
    }

    package func rename(_ source: StoragePath, to target: StoragePath, replacing: Bool) throws {
        do {
            try transfer("MOVE", source, to: target, replacing: replacing)
        } catch let error as CatalogError where replacing && error.code == .alreadyExists {
            // Some servers say so when they may not remove what has the name.
            throw CatalogError(.permissionDenied, "The storage refuses access", cause: error.cause)
        }
    }

    package func copy(_ source: StoragePath, to target: StoragePath, onWait: () throws -> Void) throws {
        try transfer("COPY", source, to: target, replacing: false, silenceSeconds: Self.copySeconds, onWait: onWait)
    }

    package func makeDirectory(_ path: StoragePath) throws {
        let place = try named(path)
        let status = try change("make directory", place, asking: { try $0.found(place) }) { connection, there in
            if there != nil { throw CatalogError(.alreadyExists, "Path already exists") }
            return try connection.send("MKCOL", place, isDirectory: true)
        }
        try check(status, "make directory", place, needs: [Self.parent(place)])
    }

    /// The protocol removes a collection with all that is in it, so the look before is all that protects it.
    package func remove(_ path: StoragePath) throws {
        let place = try named(path)
        let status = try change("remove", place) { connection in
            let isDirectory = try connection.look(place).kind == .directory
            if isDirectory {
                _ = try connection.list(place) { _, _ in throw CatalogError(.conflict, "Directory is not empty") }
            }
            return isDirectory
        } _: { connection, isDirectory in
            try connection.send("DELETE", place, isDirectory: isDirectory)
        }
        try check(status, "remove", place, needs: [place])
    }

    private func transfer(
        _ method: String, _ source: StoragePath, to target: StoragePath, replacing: Bool, silenceSeconds: Int? = nil,
        onWait: () throws -> Void = {}
    ) throws {
        let (from, to) = (try named(source), try named(target))
        let status = try change(method, from) { connection in
            (source: try connection.look(from), there: try connection.found(to)?.kind)
        } _: { connection, seen in
            if seen.there != nil, !replacing { throw CatalogError(.alreadyExists, "Path already exists") }
            // It would be removed with all that is in it.
            if seen.there == .directory { throw CatalogError(.conflict, "Path is a directory") }
            let isDirectory = seen.source.kind == .directory
            let destination = String(decoding: self.target.url(to, isDirectory: isDirectory), as: UTF8.self)
            let headers = ["Destination: \(destination)", "Overwrite: \(replacing ? "T" : "F")"]
            // A server that keeps files in objects writes it once more.
            let patience = silenceSeconds ?? connection.patience(forBytes: max(0, seen.source.sizeBytes))
            return try connection.send(
                method, from, isDirectory: isDirectory, headers: headers, silenceSeconds: patience, onWait: onWait)
        }
        if method == "COPY", [405, 501, 502].contains(status) {
            throw CatalogError(.unsupported, "The server does not copy by itself", cause: "COPY: HTTP status \(status)")
        }
        try check(status, method, from, needs: [from, Self.parent(to)])
    }

    /// - Parameter needs: places that have to be there for a refusal to be anything else than a missing one.
    private func check(_ status: Int, _ action: String, _ place: [UInt8], needs: [[UInt8]]) throws {
        guard !WebDAVFailure.isDone(status) else { return }
        let failure = WebDAVFailure(status: status)
        for needed in needs where try found(needed) == nil {
            throw CatalogError(.notFound, "Path not found", cause: failure.error(action, place).cause)
        }
        throw failure.error(action, place)
    }

    private func found(_ place: [UInt8]) throws -> StorageEntry? {
        try call("look at", place) { try $0.found(place) }
    }

    private func named(_ path: StoragePath) throws -> [UInt8] {
        try path.requireName()
        return try place(path)
    }

    private static func parent(_ place: [UInt8]) -> [UInt8] {
        place.lastIndex(of: UInt8(ascii: "/")).map { Array(place[..<$0]) } ?? []
    }
}
