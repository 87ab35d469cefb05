import CNFS
import CatalogCore
import CatalogStorage
import Foundation
import Synchronization

/// One mount of an export: a context of libnfs, which one thread at a time may use (its pool sees to that). The only
/// files with its pointers are those of this type.
final class NFSConnection: ChangingConnection, @unchecked Sendable {
    private static let number = Atomic<Int>(0)

    let context: OpaquePointer
    private let reply: NFSReply
    let version: Int
    private let directories: NFSDirectories
    /// Milliseconds.
    let timeout: Int
    /// Bytes that the server need not have on its disk yet.
    var unsettledBytes: Int64 = 0
    private var broken = false
    private var openFiles: [FileKey: (handle: OpaquePointer, count: Int)] = [:]

    /// A file that is open. An export may have several files of one number (file systems below its own), so it is its attributes too.
    struct FileKey: Hashable {
        private let number: UInt64
        private let attributes: [Int64]

        init(number: UInt64, _ entry: StorageEntry) {
            self.number = number
            attributes = [entry.device, entry.sizeBytes, entry.modifiedNS, entry.changedNS, entry.linkCount]
        }
    }

    /// Mounts the export.
    ///
    /// - Throws: `NFSFailure`.
    init(_ target: NFSTarget) throws {
        guard let context = nfs_init_context() else { throw NFSFailure(number: ENOMEM, text: "no memory") }
        self.context = context
        version = target.version
        directories = target.directories
        timeout = target.timeoutMilliseconds
        reply = NFSReply(mostBytes: target.mostBytes)
        nfs_set_timeout(context, Int32(clamping: target.timeoutMilliseconds))
        // A connection that breaks is let go: what was open on it is gone for the server.
        nfs_set_autoreconnect(context, 0)
        // The catalog is the cache; this one would show what is not there any more.
        nfs_set_dircache(context, 0)
        if let url = nfs_parse_url_dir(context, target.settingsURL) { nfs_destroy_url(url) }
        // Two contexts of one name take each other's state away (NFS 4).
        let serial = Self.number.wrappingAdd(1, ordering: .relaxed).newValue
        nfs4_set_client_name(context, "catalogizer-\(getpid())-\(serial)-\(UInt64.random(in: .min ... .max))")
        // `deinit` runs when this throws.
        try ask { nfs_mount_async(context, target.host, target.export, $0, $1) }
    }

    deinit { nfs_destroy_context(context) }

    /// Whether it is of no use any more; asked on the thread that has it.
    var isGone: Bool { broken }

    // MARK: Calls, on the thread that has the connection

    /// What is at a path; a link is described as itself.
    func look(_ path: NFSPath) throws -> StorageEntry? {
        StorageEntry(try status(path), version: version)
    }

    private func status(_ path: NFSPath) throws -> nfs_stat_64 {
        try requireNoLinks(above: path)
        return try lookWithoutCare(path)
    }

    func lookWithoutCare(_ path: NFSPath) throws -> nfs_stat_64 {
        let status = try ask(for: nfs_stat_64.self) { nfs_lstat64_async(context, path.bytes, $0, $1) }
        if EntryKind(mode: status.nfs_mode) == .directory { directories.note(path.characters) }
        return status
    }

    /// - Throws: `NFSFailure` ENOENT for a path through a link, and what the look at a directory throws.
    func requireNoLinks(above path: NFSPath) throws {
        let parents = path.parents
        let known = parents.lastIndex { directories.isKnown($0.characters) }.map { $0 + 1 } ?? 0
        for parent in parents[known...] {
            let kind = EntryKind(mode: try lookWithoutCare(parent).nfs_mode)
            guard kind == .directory else {
                throw NFSFailure(number: ENOENT, text: "\(parent.text) is no directory, or a link to one")
            }
        }
    }

    /// What a directory has under a name.
    enum Listed {
        case entry(StorageEntry)
        /// A socket, pipe or device.
        case other
        /// The server names it and says nothing of it, not even what it is.
        case undescribed
    }

    /// Calls `body` with the name of everything in a directory and with what it is.
    func list(_ path: NFSPath, _ body: (UnsafeRawBufferPointer, Listed) throws -> Void) throws {
        try requireNoLinks(above: path)
        let handle = try askForHandle { nfs_opendir_async(context, path.bytes, $0, $1) }
        defer { nfs_closedir(context, handle) }
        directories.note(path.characters)
        while let entry = nfs_readdir(context, handle) {
            guard let name = entry.pointee.name else { continue }
            let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
            // Version 3 lists the directory and its parent too.
            if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { continue }
            let listed = Listed(entry.pointee, version: version)
            if case .entry(let entry) = listed, entry.kind == .directory {
                directories.note(path.appending(bytes).characters)
            }
            try body(bytes, listed)
        }
    }

    /// An open file of this connection. A file that is opened twice is one for the server, which closes it for both: so it is
    /// opened once and counted.
    struct File: OpenRemoteFile, @unchecked Sendable {
        let handle: OpaquePointer
        let key: FileKey
        let entry: StorageEntry
    }

    /// Links are not followed: what the library says of one in version 4 has no end.
    ///
    /// - Throws: `NFSFailure`; `CatalogError` for what is no file.
    func open(_ path: NFSPath) throws -> File {
        let found = try status(path)
        let entry = StorageEntry(found, version: version)
        switch entry?.kind {
        case .file: break
        case .directory: throw CatalogError(.conflict, "Path is a directory", cause: "open \"\(path.text)\"")
        case .link, nil: throw CatalogError(.notFound, "Path not found", cause: "\"\(path.text)\" is no file")
        }
        if let entry, case let key = FileKey(number: found.nfs_ino, entry), let known = openFiles[key] {
            openFiles[key]?.count += 1
            return File(handle: known.handle, key: key, entry: entry)
        }
        let handle = try askForHandle { nfs_open_async(context, path.bytes, O_RDONLY, $0, $1) }
        return try closingOnFailure(handle) {
            let status = try ask(for: nfs_stat_64.self) { nfs_fstat64_async(context, handle, $0, $1) }
            guard let entry = StorageEntry(status, version: version) else {
                throw NFSFailure(number: ENOENT, text: "neither file nor directory")
            }
            let key = FileKey(number: status.nfs_ino, entry)
            openFiles[key] = (handle, (openFiles[key]?.count ?? 0) + 1)
            return File(handle: handle, key: key, entry: entry)
        }
    }

    func read(_ file: File, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let question: Question = { [context] in
            nfs_pread_async(context, file.handle, UInt64(offset), UInt64(buffer.count), $0, $1)
        }
        return try ask(question) { status, data in
            // A server may send more than it was asked for.
            let bytes = UnsafeRawBufferPointer(start: data, count: min(Int(status), data == nil ? 0 : buffer.count))
            buffer.copyMemory(from: bytes)
            return bytes.count
        }
    }

    func close(_ file: File) {
        guard let known = openFiles[file.key], known.count > 1 else {
            openFiles[file.key] = nil
            return close(file.handle)
        }
        openFiles[file.key]?.count -= 1
    }

    /// Which root this is, and how much room it has: nil where the server does not say.
    func describeRoot() throws -> (device: UInt64, inode: UInt64, free: Int64?, total: Int64?) {
        let status = try ask(for: nfs_stat_64.self) { nfs_stat64_async(context, "/", $0, $1) }
        let space = try? ask(for: nfs_statvfs_64.self) { nfs_statvfs64_async(context, "/", $0, $1) }
        guard let space, space.f_blocks > 0 else {
            return (status.nfs_dev, status.nfs_ino, nil, nil)
        }
        let block = space.f_frsize > 0 ? space.f_frsize : space.f_bsize
        return (
            status.nfs_dev, status.nfs_ino,
            Int64(clamping: space.f_bavail.multipliedReportingOverflow(by: block).partialValue),
            Int64(clamping: space.f_blocks.multipliedReportingOverflow(by: block).partialValue)
        )
    }

    // MARK: Questions

    typealias Question = (@escaping nfs_cb, UnsafeMutableRawPointer) -> Int32

    /// - Returns: what `read` makes of the answer: its status, at least 0, and the data that comes with it.
    /// - Throws: `NFSFailure`, after which the connection may be of no use any more.
    func ask<Value>(
        _ question: Question, _ read: @escaping (Int32, UnsafeMutableRawPointer?) -> Value?
    ) throws -> Value {
        if broken { throw NFSFailure(number: EIO, text: "the connection is gone") }
        let (status, value) = reply.wait(context, for: question, read)
        if status >= 0, let value { return value }
        let text = nfs_get_error(context).map { String(cString: $0) } ?? "unknown error"
        let failure = NFSFailure(number: status < 0 ? -status : EIO, text: String(text.prefix(300)))
        if failure.isConnectionBroken || status == -E2BIG || status == -ENOBUFS { broken = true }
        throw failure
    }

    /// - Returns: the status: 0, or what was done of something that has a length.
    @discardableResult
    func ask(_ question: Question) throws -> Int {
        try ask(question) { status, _ in Int(status) }
    }

    func ask<Value>(for type: Value.Type, _ question: Question) throws -> Value {
        try ask(question) { _, data in data?.assumingMemoryBound(to: type).pointee }
    }

    func askForHandle(_ question: Question) throws -> OpaquePointer {
        try ask(question) { _, data in data.map { OpaquePointer($0) } }
    }

    func closingOnFailure<Value>(_ handle: OpaquePointer, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            close(handle)
            throw error
        }
    }

    /// On a connection that is gone nothing can be closed; what the library keeps of the file stays, some hundred bytes.
    private func close(_ handle: OpaquePointer) {
        _ = try? ask { nfs_close_async(context, handle, $0, $1) }
    }
}
