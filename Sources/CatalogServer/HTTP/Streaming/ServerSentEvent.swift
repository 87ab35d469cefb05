package import NIOCore

/// One event of a stream (WHATWG server-sent events).
package struct ServerSentEvent: Sendable {
    /// Grows from event to event; a client that comes back says the last one it saw.
    package let id: String?
    /// Nil for the default type `message`.
    package let name: String?
    package let data: ByteBuffer

    /// An event whose data is text, usually JSON; every line of it becomes a line of its own.
    package init(id: String? = nil, name: String? = nil, data: ByteBuffer) {
        self.id = id
        self.name = name
        self.data = data
    }

    /// Appends the event in the form of the wire.
    func write(to buffer: inout ByteBuffer) {
        if let id { buffer.writeString("id: \(ServerSentEvent.oneLine(id))\n") }
        if let name { buffer.writeString("event: \(ServerSentEvent.oneLine(name))\n") }
        for line in data.readableBytesView.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            buffer.writeStaticString("data: ")
            buffer.writeBytes(line.filter { $0 != UInt8(ascii: "\r") })
            buffer.writeStaticString("\n")
        }
        buffer.writeStaticString("\n")
    }

    private static func oneLine(_ text: String) -> String {
        text.filter { !$0.isNewline }
    }
}
