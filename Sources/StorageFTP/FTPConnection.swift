import CatalogCore
import CatalogStorage
import CurlClient
import Foundation

/// A connection for listings and commands, which one thread at a time has.
final class FTPConnection: Sendable {
    private let target: FTPTarget
    private let connection: CurlConnection
    /// Whether the server has `MLSD` and `MLST`: listings that say what they mean.
    private let knowsFacts: Bool
    /// Where the login leads to. A server without facts is told to enter directories, so the others are named from there.
    private let entryPath: [UInt8]

    /// Connects and logs in.
    ///
    /// - Throws: `CurlFailure`.
    init(_ target: FTPTarget) throws {
        self.target = target
        connection = try target.connection()
        // Some servers speak UTF-8 only when they are asked to.
        let answer = try Self.run(connection, target, ["*OPTS UTF8 ON", "*FEAT"].map { Array($0.utf8) })
        let lines = String(decoding: answer.head, as: UTF8.self).uppercased().split(whereSeparator: \.isNewline)
        knowsFacts = lines.contains { $0.drop { $0 == " " }.hasPrefix("MLST") }
        let entered = connection.entryPath
        entryPath =
            entered.first == UInt8(ascii: "/") ? (entered.last == UInt8(ascii: "/") ? entered.dropLast() : entered) : []
    }

    /// Calls `body` for everything in a directory.
    ///
    /// - Returns: lines that say nothing that could be read.
    @discardableResult func list(_ path: [UInt8], _ body: (FTPLine) throws -> Void) throws -> [[UInt8]] {
        let now = Int64(Date().timeIntervalSince1970) * 1_000_000_000
        let lines = FTPDirectoryLines(now: now)
        let parse: FTPListing.LineParser = knowsFacts ? { try FTPFacts.parse($0) } : { try lines.parse($0) }
        var listing = FTPListing(parse)
        var request = CurlRequest(
            target.url(path, isDirectory: true), .custom(knowsFacts ? "MLSD" : "LIST -a", body: []))
        // What `LIST` is given as a path, servers take for a pattern.
        request.entersDirectory = !knowsFacts
        let answer = try connection.perform(request) { _, bytes in try listing.take(bytes, body) }
        try Self.requireListed(answer, path)
        try listing.finish(body)
        return listing.unreadable
    }

    /// A directory that the server could not open must not look like an empty one. Some say so in the words of a reply that says that
    /// all is well (vsftpd), and libcurl takes a listing that is refused for the moment (450) for an empty one.
    private static func requireListed(_ answer: CurlConnection.Answer, _ path: [UInt8]) throws {
        let lines = answer.head.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let reply = String(decoding: lines.last ?? [], as: UTF8.self)
        let end = lines.filter { $0.starts(with: "226".utf8) }.map { String(decoding: $0, as: UTF8.self).lowercased() }
        let cause = "list \"\(NameEncoding.text(of: path))\": \(reply)"
        if reply.lowercased().contains("failed to open") || end.contains(where: { $0.contains("unable to read") }) {
            throw CatalogError(.permissionDenied, "The storage refuses access", cause: cause)
        }
        // A server that lists so many and no more (pure-ftpd, LimitRecursion) has said nothing of the others.
        if end.contains(where: { $0.contains("truncated") }) {
            throw CatalogError(
                .tooLarge, "The server lists only a part of the directory; raise its limit", cause: cause)
        }
        guard answer.status == 0 || (200..<300).contains(answer.status) else {
            throw CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
        }
    }

    /// What is at a path.
    ///
    /// - Returns: nil for what is neither file, directory nor link.
    /// - Throws: `CatalogError.notFound`; `CurlFailure`.
    func look(_ path: [UInt8]) throws -> StorageEntry? {
        guard knowsFacts else { return try lookInParent(path) }
        let answer: CurlConnection.Answer
        do {
            answer = try run([Array("MLST ".utf8) + path])
        } catch let failure as CurlFailure where failure.kind == .refused {
            throw Self.missing(failure)
        }
        let lines = answer.head.split(separator: UInt8(ascii: "\n"))
        // What a server says to those who log in is before it, and may look like anything.
        let begin = lines.lastIndex { $0.starts(with: "250-".utf8) } ?? lines.startIndex
        // The line with the facts is the one that begins with a blank.
        for line in lines[begin...] where line.first == UInt8(ascii: " ") {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if let found = try FTPFacts.parse(line.dropFirst()) { return found.entry }
            return StorageEntry(kind: .directory)
        }
        throw FTPListing.unreadable(answer.head)
    }

    /// What a refused question means: nothing is there, unless the server only cannot say so now, or wants another login.
    private static func missing(_ failure: CurlFailure) -> CatalogError {
        let code = failure.text.split { !$0.isNumber }.last { $0.count == 3 }.flatMap { Int($0) }
        if let code, (400..<500).contains(code) || code == 530 || code == 532 {
            return CatalogError(.storageUnavailable, "Storage unavailable", cause: failure.text)
        }
        return CatalogError(.notFound, "Path not found", cause: failure.text)
    }

    /// Servers without facts say of a file what the listing of its directory says.
    private func lookInParent(_ path: [UInt8]) throws -> StorageEntry? {
        let slash = UInt8(ascii: "/")
        guard path.count > 2, let last = path.lastIndex(of: slash) else {
            _ = try list(path) { _ in }
            return StorageEntry(kind: .directory)
        }
        var found: StorageEntry??
        let name = path[(last + 1)...]
        do {
            try list(Array(path[...last].dropLast(last > 1 ? 1 : 0))) { line in
                if line.name.elementsEqual(name) { found = .some(line.entry) }
            }
        } catch let failure as CurlFailure where failure.kind == .refused {
            throw Self.missing(failure)
        }
        guard let found else { throw CatalogError(.notFound, "Path not found", cause: "it is in no listing") }
        return found
    }

    /// The same, or nothing where nothing is.
    func found(_ path: [UInt8]) throws -> StorageEntry? {
        do {
            return try look(path)
        } catch let error as CatalogError where error.code == .notFound {
            return nil
        }
    }

    /// - Throws: `CurlFailure`, of the kind `refused` when the server refuses it.
    func rename(_ source: [UInt8], to target: [UInt8]) throws {
        try run([Array("RNFR ".utf8) + place(source), Array("RNTO ".utf8) + place(target)])
    }

    /// - Throws: as `rename`.
    func makeDirectory(_ path: [UInt8]) throws { try run([Array("MKD ".utf8) + place(path)]) }

    /// - Throws: as `rename`.
    func remove(_ path: [UInt8], isDirectory: Bool) throws {
        try run([Array((isDirectory ? "RMD " : "DELE ").utf8) + place(path)])
    }

    /// A path as a command takes it that is sent wherever the connection is now.
    private func place(_ path: [UInt8]) -> [UInt8] {
        knowsFacts ? path : entryPath + path.dropFirst()
    }

    @discardableResult private func run(_ commands: [[UInt8]]) throws -> CurlConnection.Answer {
        try Self.run(connection, target, commands)
    }

    private static func run(
        _ connection: CurlConnection, _ target: FTPTarget, _ commands: [[UInt8]]
    ) throws -> CurlConnection.Answer {
        var request = CurlRequest(target.url([], isDirectory: false), .head)
        request.commands = commands
        return try connection.perform(request)
    }
}
