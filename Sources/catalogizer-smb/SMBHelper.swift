import CLinux
import CSMBClient
import CSMBGuard
import Glibc
import SMBWire

/// The helper of the server for one SMB share, in a process of its own: libsmbclient knows one thread only, waits longer than it
/// is told, and is under another licence. Whoever started it may kill it at any time.
///
/// It reads requests from descriptor 3 and answers each in turn, until the other side is gone. Descriptor 4 is the memory of a `SharedBlock`.
@main
struct SMBHelper {
    private static let descriptor: Int32 = 3
    private static let memory: Int32 = 4

    static func main() {
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        limitMemory(to: rootMemoryBytesMax)
        catalog_keep_large_blocks()
        let socket = SMBSocket(descriptor)
        guard let block = SharedBlock(descriptor: memory) else { return }
        var share: SMBShare?
        // Ends when the other side does.
        while let request = try? socket.receive(deadline: -1) {
            do {
                guard let operation = SMBFrame.Operation(rawValue: request.code) else { throw SMBError(EPROTO) }
                if operation == .configure {
                    share = try SMBShare(request.payload)
                    try socket.send(SMBFrame(code: 0), deadline: -1)
                } else if operation == .pin {
                    // For a look at a server that nobody knows, of which little is taken.
                    limitMemory(to: lookMemoryBytesMax)
                    catalog_pin_connections(request.payload, request.payload.count)
                    try socket.send(SMBFrame(code: 0), deadline: -1)
                } else if let share {
                    try answer(operation, request, share, socket, block)
                } else {
                    throw SMBError(EPROTO)
                }
            } catch let error as SMBError {
                guard (try? socket.send(SMBFrame(code: error.number), deadline: -1)) != nil else { return }
            } catch {
                return
            }
        }
    }

    /// The library keeps all of a listing, however much the server sends.
    private static func limitMemory(to bytes: rlim_t) {
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
    }

    /// For a directory with as many entries as a catalog takes of one.
    private static let rootMemoryBytesMax: rlim_t = 4 << 30
    /// Ten times what `Limits.discoveryEntries` take.
    private static let lookMemoryBytesMax: rlim_t = 512 << 20

    private static func answer(
        _ operation: SMBFrame.Operation, _ request: SMBFrame, _ share: SMBShare, _ socket: SMBSocket,
        _ block: SharedBlock
    ) throws {
        switch operation {
        case .configure, .pin: break
        case .stat:
            var payload: [UInt8] = []
            try share.stat(request.payload).write(to: &payload)
            try socket.send(SMBFrame(code: 0, payload: payload), deadline: -1)
        case .list: try list(request.payload, share, socket)
        case .open:
            let (handle, attributes) = try share.open(request.payload)
            var payload: [UInt8] = []
            attributes.write(to: &payload)
            var answer = SMBFrame(code: 0, first: Int64(handle), payload: payload)
            if (1...Int64(SharedBlock.count)).contains(request.second) {
                let part = UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<Int(request.second)])
                // Whoever reads there again is told what is wrong.
                answer.second = Int64((try? share.read(handle, at: request.first, into: part)) ?? 0)
            }
            try socket.send(answer, deadline: -1)
        case .read:
            let part = try part(of: block, request)
            let filled = try share.read(Int32(clamping: request.first), at: request.second, into: part)
            try socket.send(SMBFrame(code: 0, first: Int64(filled)), deadline: -1)
        case .close:
            try share.close(Int32(clamping: request.first))
            try socket.send(SMBFrame(code: 0), deadline: -1)
        case .space:
            let space = try share.space()
            var payload: [UInt8] = []
            withUnsafeBytes(of: space.fileSystem) { payload += $0 }
            try socket.send(SMBFrame(code: 0, first: space.free, second: space.total, payload: payload), deadline: -1)
        case .write:
            let part = UnsafeRawBufferPointer(try part(of: block, request))
            try share.write(part, to: Int32(clamping: request.first), at: request.second)
            try socket.send(SMBFrame(code: 0), deadline: -1)
        case .create, .rename, .makeDirectory, .remove, .copy: try change(operation, request, share, socket)
        case .shares: try shares(share, socket)
        }
    }

    /// As much of the memory as a request is about.
    private static func part(of block: SharedBlock, _ request: SMBFrame) throws -> UnsafeMutableRawBufferPointer {
        guard request.payload.count == 4 else { throw SMBError(EPROTO) }
        let count = request.payload.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        guard count <= SharedBlock.count else { throw SMBError(EPROTO) }
        return UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<count])
    }

    private static func change(
        _ operation: SMBFrame.Operation, _ request: SMBFrame, _ share: SMBShare, _ socket: SMBSocket
    ) throws {
        var answer = SMBFrame(code: 0)
        switch operation {
        case .create: answer.first = Int64(try share.create(request.payload, at: request.first))
        case .rename:
            let (source, target) = try twoPaths(request.payload)
            try share.rename(source, to: target)
        case .makeDirectory: try share.makeDirectory(request.payload)
        case .remove: try share.remove(request.payload, isDirectory: request.first == 1)
        case .copy:
            let (source, target) = try twoPaths(request.payload)
            try share.copy(source, to: target) { try socket.send(SMBFrame(code: 0, first: 1), deadline: -1) }
        default: throw SMBError(EPROTO)
        }
        try socket.send(answer, deadline: -1)
    }

    private static func twoPaths(_ payload: [UInt8]) throws -> ([UInt8], [UInt8]) {
        let parts = payload.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw SMBError(EPROTO) }
        return (Array(parts[0]), Array(parts[1]))
    }

    private static func list(_ path: [UInt8], _ share: SMBShare, _ socket: SMBSocket) throws {
        var payload: [UInt8] = []
        try share.list(path) { name, attributes in
            attributes.write(to: &payload)
            withUnsafeBytes(of: UInt16(clamping: name.count)) { payload += $0 }
            payload += name.prefix(Int(UInt16.max))
            if payload.count > 256 << 10 {
                try socket.send(SMBFrame(code: 0, first: 1, payload: payload), deadline: -1)
                payload.removeAll(keepingCapacity: true)
            }
        }
        try socket.send(SMBFrame(code: 0, payload: payload), deadline: -1)
    }

    private static func shares(_ share: SMBShare, _ socket: SMBSocket) throws {
        var payload: [UInt8] = []
        try share.shares { record in
            record.write(to: &payload)
            if payload.count > 256 << 10 {
                try socket.send(SMBFrame(code: 0, first: 1, payload: payload), deadline: -1)
                payload.removeAll(keepingCapacity: true)
            }
        }
        try socket.send(SMBFrame(code: 0, payload: payload), deadline: -1)
    }
}

/// A call that failed, with its errno.
struct SMBError: Error {
    let number: Int32

    init(_ number: Int32) {
        self.number = number == 0 ? EIO : number
    }
}
