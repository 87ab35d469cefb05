import CatalogCore
import CatalogStorage
import Glibc
import SMBWire
import Synchronization

/// One helper process with one connection to a share. Its pool hands it to one thread at a time.
final class SMBConnection: ChangingConnection {
    /// Milliseconds more than the library is told to wait: sometimes it waits twice as long, and is killed then.
    private static let grace = 1_000

    let helper: HelperProcess
    private let socket: SMBSocket
    /// Milliseconds.
    private let deadline: Int32
    private let isKilled = Atomic<Bool>(false)
    /// Whether it has seen the root of the share.
    private let isJoined = Atomic<Bool>(false)

    /// Starts a helper and lets it log in.
    ///
    /// - Throws: `SMBFailure`; `CatalogError.internalError` when the helper program is missing.
    init(_ target: SMBTarget) throws {
        helper = try HelperProcess.start()
        socket = SMBSocket(helper.descriptor)
        deadline = Int32(clamping: target.settings.timeout + Self.grace)
        // `deinit` runs when these throw.
        if let address = target.onlyAddress { _ = try ask(.pin, payload: address) }
        _ = try ask(.configure, payload: target.settings.payload)
        // The first question logs in; a server without a share is asked for those.
        guard !target.settings.share.isEmpty else { return }
        _ = try stat([])
        isJoined.store(true, ordering: .relaxed)
    }

    deinit {
        Glibc.close(helper.descriptor)
        kill(helper.process, SIGKILL)
        var status: Int32 = 0
        while waitpid(helper.process, &status, 0) < 0, errno == EINTR {}
    }

    /// Whether it is of no use any more.
    var isGone: Bool { isKilled.load(ordering: .acquiring) }

    func stat(_ path: [UInt8]) throws -> StorageEntry? {
        try Self.entry(try ask(.stat, payload: path).payload[...])
    }

    /// Calls `body` with the name and attributes of everything in a directory; nil stands for what is neither file nor
    /// directory, and the empty name for the directory itself, where the server tells.
    func list(_ path: [UInt8], _ body: (UnsafeRawBufferPointer, StorageEntry?) throws -> Void) throws {
        var frame = try ask(.list, payload: path)
        var failure: (any Error)?
        while true {
            // All of the answer is taken, or the next question would get the rest of it.
            if failure == nil {
                do { try Self.read(frame.payload, body) } catch { failure = error }
            }
            guard frame.first == 1 else { break }
            frame = try answer()
        }
        if let failure { throw failure }
    }

    /// An open file of this helper.
    struct File: OpenRemoteFile {
        let handle: Int64
        let entry: StorageEntry
    }

    func open(_ path: [UInt8]) throws -> File {
        let frame = try ask(.open, payload: path)
        guard let entry = try Self.entry(frame.payload[...]) else { throw SMBFailure(number: ENOENT) }
        return File(handle: frame.first, entry: entry)
    }

    /// In one question to the helper.
    func open(_ path: [UInt8], reading part: Range<Int64>) throws -> (file: File, bytes: [UInt8]) {
        let wanted = Int64(min(part.count, SharedBlock.count))
        // Opening and reading may each take as long as one of them may alone.
        let frame = try ask(.open, first: part.lowerBound, second: wanted, payload: path, within: 2 * deadline)
        guard let entry = try Self.entry(frame.payload[...]) else { throw SMBFailure(number: ENOENT) }
        guard (0...wanted).contains(frame.second) else { throw broken(EPROTO) }
        return (File(handle: frame.first, entry: entry), Array(helper.block.bytes[..<Int(frame.second)]))
    }

    /// - Returns: bytes read; 0 at the end of the file.
    func read(_ file: File, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let wanted = min(buffer.count, SharedBlock.count)
        let frame = try ask(.read, first: file.handle, second: offset, payload: Self.count(wanted))
        guard (0...Int64(wanted)).contains(frame.first) else { throw broken(EPROTO) }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: helper.block.bytes[..<Int(frame.first)]))
        return Int(frame.first)
    }

    /// At most that of the shared block, as a payload.
    static func count(_ bytes: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(bytes)) { Array($0) } }

    func close(_ file: File) {
        _ = try? ask(.close, first: file.handle)
    }

    /// Room of the share, and the number of its file system.
    func space() throws -> (free: Int64, total: Int64, fileSystem: UInt64) {
        let frame = try ask(.space)
        guard frame.payload.count == 8 else { throw broken(EPROTO) }
        return (frame.first, frame.second, frame.payload.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }

    /// Calls `body` with each share of the server, which the target is without a share.
    func shares(_ body: (SMBShareRecord) throws -> Void) throws {
        var frame = try ask(.shares)
        while true {
            guard let records = SMBShareRecord.all(in: frame.payload) else { throw broken(EPROTO) }
            for record in records { try body(record) }
            guard frame.first == 1 else { return }
            frame = try answer()
        }
    }

    /// Ends the helper, whatever it is at: the call that waits for it fails.
    func giveUp() {
        isKilled.store(true, ordering: .releasing)
        kill(helper.process, SIGKILL)
    }

    // MARK: Frames

    func ask(
        _ operation: SMBFrame.Operation, first: Int64 = 0, second: Int64 = 0, payload: [UInt8] = [],
        within limit: Int32? = nil
    ) throws -> SMBFrame {
        guard !isGone else { throw SMBFailure(number: EPIPE) }
        let request = SMBFrame(code: operation.rawValue, first: first, second: second, payload: payload)
        do { try socket.send(request, deadline: deadline) } catch let error as SMBSocket.Broken {
            throw broken(error.number)
        }
        return try answer(within: limit)
    }

    /// - Parameter limit: milliseconds; nil for the time that one question has.
    func answer(within limit: Int32? = nil) throws -> SMBFrame {
        let frame: SMBFrame
        do { frame = try socket.receive(deadline: limit ?? deadline) } catch let error as SMBSocket.Broken {
            throw broken(error.number)
        }
        guard frame.code == 0 else { throw failure(frame.code) }
        return frame
    }

    /// What the helper says, after a look whether there still is a share where it says what it also says to a bad name.
    private func failure(_ number: Int32) -> SMBFailure {
        guard number == EINVAL, isJoined.load(ordering: .relaxed) else { return SMBFailure(number: number) }
        let request = SMBFrame(code: SMBFrame.Operation.stat.rawValue, first: 0, second: 0, payload: [])
        do {
            try socket.send(request, deadline: deadline)
            if try socket.receive(deadline: deadline).code == 0 { return SMBFailure(number: number) }
        } catch {
            // Then it is lost, too.
        }
        giveUp()
        return SMBFailure(number: number, isSessionLost: true)
    }

    /// Kills the helper: nobody knows what it would say next.
    private func broken(_ number: Int32) -> SMBFailure {
        giveUp()
        return SMBFailure(number: number)
    }

    private static func read(
        _ payload: [UInt8], _ body: (UnsafeRawBufferPointer, StorageEntry?) throws -> Void
    ) throws {
        var rest = payload[...]
        while !rest.isEmpty {
            let entry = try entry(rest)
            rest = rest.dropFirst(SMBAttributes.bytes)
            guard rest.count >= 2 else { throw SMBFailure(number: EPROTO) }
            let count = Int(rest.prefix(2).withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) })
            rest = rest.dropFirst(2)
            guard rest.count >= count else { throw SMBFailure(number: EPROTO) }
            try rest.prefix(count).withUnsafeBytes { try body($0, entry) }
            rest = rest.dropFirst(count)
        }
    }

    /// Nil for what is neither file nor directory.
    private static func entry(_ payload: ArraySlice<UInt8>) throws -> StorageEntry? {
        guard let attributes = SMBAttributes(payload) else { throw SMBFailure(number: EPROTO) }
        guard let kind: EntryKind = attributes.kind == 0 ? .file : attributes.kind == 1 ? .directory : nil else {
            return nil
        }
        var entry = StorageEntry(kind: kind)
        entry.sizeBytes = attributes.size
        entry.modifiedNS = attributes.modifiedNS
        entry.changedNS = attributes.changedNS
        entry.inode = attributes.inode
        if kind == .directory { entry.sizeBytes = 0 }
        return entry
    }
}
