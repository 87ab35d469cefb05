/// What the server and its helper process for SMB say to each other over a socket: a fixed head, then bytes.
///
/// Numbers are in the order of this machine's memory: both are on one machine.
package struct SMBFrame: Sendable {
    /// What a request asks for.
    package enum Operation: Int32, Sendable {
        /// Payload: `SMBSettings`. Nothing is asked of the server yet.
        case configure = 1
        /// Payload: a path. Answer: attributes.
        case stat
        /// Payload: a path. Answers: any number of frames with records, `first` being 1 in all but the last one. A record without
        /// a name is the directory itself.
        case list
        /// `first`: an offset, `second`: how many bytes to read there at once, payload: a path. Answer: `first` is a handle, `second` how many
        /// bytes stand in the block now, the payload attributes.
        case open
        /// `first`: handle, `second`: offset, payload: a count of 4 bytes, at most that of a `SharedBlock`. Answer: `first` is how many bytes
        /// stand in the block now.
        case read
        /// `first`: handle.
        case close
        /// Answer: `first` free bytes, `second` bytes in all, and as payload the number of the file system.
        case space
        /// `first`: offset, payload: a path. Answer: `first` is a handle to write with.
        case create
        /// `first`: handle, `second`: offset, payload: a count of 4 bytes. What is written stands in the `SharedBlock`.
        case write
        /// Payload: two paths with a NUL between them.
        case rename
        /// Payload: a path.
        case makeDirectory
        /// `first`: 1 for a directory, payload: a path.
        case remove
        /// Payload: two paths with a NUL between them. Answers: any number of frames with 1 as `first`, one for each piece that is
        /// done, then one with 0.
        case copy
        /// Of a server, configured without a share. Answers: any number of frames with `SMBShareRecord`s, `first` being 1 in all
        /// but the last one.
        case shares = 40
        /// Payload: 4 or 16 bytes of an address, the only one that the helper may connect to from now on. Before `configure`.
        case pin = 41
    }

    /// Bytes of the head.
    package static let headBytes = 24
    /// Bytes behind the head at most: what comes from the other side is not believed.
    package static let payloadMax = 8 << 20

    /// The operation of a request; the errno of an answer, 0 for none.
    package var code: Int32
    /// See `Operation`.
    package var first: Int64
    /// See `Operation`.
    package var second: Int64
    /// See `Operation`.
    package var payload: [UInt8]

    /// - Parameter code: an operation, or an errno.
    package init(code: Int32, first: Int64 = 0, second: Int64 = 0, payload: [UInt8] = []) {
        (self.code, self.first, self.second, self.payload) = (code, first, second, payload)
    }

    /// The head of this frame.
    package var head: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headBytes)
        withUnsafeBytes(of: code) { bytes += $0 }
        withUnsafeBytes(of: UInt32(payload.count)) { bytes += $0 }
        withUnsafeBytes(of: first) { bytes += $0 }
        withUnsafeBytes(of: second) { bytes += $0 }
        return bytes
    }

    /// A frame without its payload, and how many bytes that has; nil when the head is none.
    package static func parse(head: [UInt8]) -> (frame: SMBFrame, payloadBytes: Int)? {
        guard head.count == headBytes else { return nil }
        return head.withUnsafeBytes { bytes in
            let count = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            guard count <= payloadMax else { return nil }
            let frame = SMBFrame(
                code: bytes.loadUnaligned(as: Int32.self),
                first: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self),
                second: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
            return (frame, count)
        }
    }
}

/// How to reach a share; the first thing that the helper is told.
package struct SMBSettings: Sendable {
    /// Of the server.
    package var host: String
    /// 445 unless said.
    package var port: Int
    /// Without slashes; empty for the server itself.
    package var share: String
    /// Below the share: names joined by slashes, none in front.
    package var directory: [UInt8]
    /// Empty for guests.
    package var username = ""
    /// Empty for guests.
    package var password = ""
    /// Empty for the server's own.
    package var domain = ""
    /// Whether the connection must be encrypted.
    package var mustEncrypt = false
    /// Milliseconds after which a server that does not answer is away.
    package var timeout = 10_000

    /// A share that guests may read.
    package init(host: String, port: Int, share: String, directory: [UInt8]) {
        (self.host, self.port, self.share, self.directory) = (host, port, share, directory)
    }

    /// As a payload: texts that end with a NUL, in a fixed order.
    package var payload: [UInt8] {
        let texts = [
            host, "\(port)", share, username, password, domain, mustEncrypt ? "1" : "0", "\(timeout)",
        ]
        return texts.flatMap { Array($0.utf8) + [0] } + directory + [0]
    }

    /// Nil when the payload is none.
    package init?(payload: [UInt8]) {
        let parts = payload.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 10 else { return nil }
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        guard let port = Int(texts[1]), let timeout = Int(texts[7]) else { return nil }
        self.init(host: texts[0], port: port, share: texts[2], directory: Array(parts[8]))
        (username, password, domain, mustEncrypt) = (texts[3], texts[4], texts[5], texts[6] == "1")
        self.timeout = timeout
    }
}

/// What a share says of one entry, as the helper hands it on.
package struct SMBAttributes: Sendable {
    /// Bytes of one on the wire.
    package static let bytes = 40

    /// 0 file, 1 directory, 2 what is neither.
    package var kind: Int64
    /// Bytes.
    package var size: Int64
    /// Nanoseconds since 1970.
    package var modifiedNS: Int64
    /// Nanoseconds since 1970; 0 when unknown.
    package var changedNS: Int64
    /// The file's number on the server; 0 when unknown.
    package var inode: Int64

    /// - Parameter kind: 0 file, 1 directory, 2 what is neither.
    package init(kind: Int64, size: Int64, modifiedNS: Int64, changedNS: Int64, inode: Int64) {
        (self.kind, self.size, self.modifiedNS, self.changedNS, self.inode) = (kind, size, modifiedNS, changedNS, inode)
    }

    /// Adds it to a payload.
    package func write(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (kind, size, modifiedNS, changedNS, inode)) { bytes += $0 }
    }

    /// Reads one from a payload; nil when it ends too early.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.bytes else { return nil }
        self = bytes.withUnsafeBytes { raw in
            let number = { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
            return SMBAttributes(
                kind: number(0), size: number(1), modifiedNS: number(2), changedNS: number(3), inode: number(4))
        }
    }
}
