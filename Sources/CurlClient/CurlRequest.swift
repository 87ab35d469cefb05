/// One exchange with a server.
package struct CurlRequest: Sendable {
    /// What is asked.
    package enum Action: Sendable {
        /// The bytes behind the URL; with FTP the listing of a directory when the URL ends with a slash.
        case get
        /// Nothing behind the URL, only what `commands` say and the head of the answer.
        case head
        /// Another HTTP method, with a body; or another FTP command to list with.
        case custom(String, body: [UInt8])
        /// Bytes go to the URL: how many, where that is known.
        case upload(bytes: Int64?)
    }

    /// Bytes of the whole URL, escaped.
    package var url: [UInt8]
    /// What is asked.
    package var action: Action
    /// HTTP head lines, without an end of line in them.
    package var headers: [String] = []
    /// HTTP: where the part that is wanted begins; nil for no part.
    package var from: Int64?
    /// HTTP: how many bytes of it; nil for all.
    package var count: Int?
    /// FTP: where a download begins.
    package var offset: Int64 = 0
    /// FTP: whether an upload goes behind what is there.
    package var appends = false
    /// FTP: commands to send first, without an end of line in them. One that begins with `*` may fail.
    package var commands: [[UInt8]] = []
    /// FTP: whether the directory is entered before the command, which then names none.
    package var entersDirectory = false
    /// Seconds that the server may be silent; nil for the usual time-out. For what it does on its own, such as a copy.
    package var silenceSeconds: Int?

    /// Whether it changes something and must not be sent twice: the library repeats what a connection that it had before did not answer.
    package var isSentOnce = false

    /// - Parameters:
    ///   - url: bytes of the whole URL, escaped.
    ///   - action: what is asked.
    package init(_ url: [UInt8], _ action: Action = .get) {
        (self.url, self.action) = (url, action)
    }

    /// Bytes of a path as they stand in a URL: all but letters, digits and a few signs escaped.
    ///
    /// - Parameter path: with slashes between its names.
    package static func escaped(_ path: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return path.flatMap { byte -> [UInt8] in
            let isPlain = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "-._~/".utf8.contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
